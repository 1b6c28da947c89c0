"""What the page of the audit log says of its chain, a tile each: verified, head, waiting, anchored."""

from collections.abc import Iterator
from dataclasses import dataclass

from common.quantities import absolute, count, relative
from registry.chain.state import ChainState
from registry.models import Anchor


@dataclass(frozen=True, slots=True)
class Tile:
    """As <c-tile> takes it. `copied` is what a button copies."""

    label: str
    value: str = ""
    absent: str = ""
    state: str = ""
    word: str = ""
    note: str = ""
    copied: str = ""


def chain_tiles(state: ChainState) -> list[Tile]:
    return [_verified(state), _head(state), _waiting(state), *_anchored(state)]


def _verified(state: ChainState) -> Tile:
    done = state.verified
    if done is None:
        return Tile("Verified", absent="Never", note="A worker does it once a day")
    chip = (
        ("crit", "Not sound") if done.faults else ("warn", "Long ago") if state.is_long_unverified else ("ok", "Sound")
    )
    note = f"{count(done.place)} entries, {count(done.anchors)} anchors, {absolute(done.ended_at)}"
    return Tile("Verified", relative(done.ended_at), state=chip[0], word=chip[1], note=note)


def _head(state: ChainState) -> Tile:
    if state.head is None:
        return Tile("Head of the chain", absent="Nothing is sealed yet")
    note = f"{state.head.hash[:16]}…, {absolute(state.head.at)}"
    return Tile("Head of the chain", count(state.head.place), note=note, copied=state.head.hash)


def _waiting(state: ChainState) -> Tile:
    if not state.waiting:
        return Tile("Waiting for their seal", absent="None", note="Entries are sealed every few seconds")
    chip = ("warn", "Nobody seals") if state.waits_too_long else ("info", "Soon")
    since = f"the oldest since {absolute(state.waits_since)}" if state.waits_since else ""
    return Tile("Waiting for their seal", count(state.waiting), state=chip[0], word=chip[1], note=since)


def _anchored(state: ChainState) -> Iterator[Tile]:
    if not state.is_anchored:
        yield Tile("Anchored outside", absent="Off", note="Who owns the database could write the chain anew")
    elif not state.anchors:
        yield Tile("Anchored outside", absent="Not yet", note="A worker does it every 15 minutes")
    else:
        yield from (_anchor(one, state) for one in state.anchors)


def _anchor(one: Anchor, state: ChainState) -> Tile:
    label = f"Anchored · {one.get_target_display().lower()}"
    if one.error:
        return Tile(label, relative(one.at), state="crit", word="Failed", note=f"{one.where}: {one.error}")
    since = state.head.place - one.place if state.head else 0
    behind = f", {count(since)} entries since" if since > 0 else ""
    return Tile(
        label, relative(one.at), state="ok", word="Written", note=f"{one.where} at place {count(one.place)}{behind}"
    )
