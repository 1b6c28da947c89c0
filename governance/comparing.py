"""Compares what a store lets accounts read with what was granted. Pure: rows in, differences out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from connectors.rights import BY_NATURE, Reach, Rights

EVERYBODY = "PUBLIC"


@dataclass(frozen=True, slots=True)
class Granted:
    """That a grant lets an account read what is asked about at some place. An empty account: nobody said who it is."""

    grant: int
    account: str
    feature: int
    place: int
    subject: str


@dataclass(frozen=True, slots=True)
class Difference:
    """`kind` as findings have it; without a feature it is about the account in this store as a whole."""

    kind: str
    account: str
    how: str
    feature: int | None = None
    grant: int | None = None


def differences(
    rights: Rights, features: Sequence[Sequence[int]], granted: Sequence[Granted], *, own: Iterable[str],
    readers: Mapping[str, str],
) -> list[Difference]:  # fmt: skip
    """`features` are those that each place holds, `own` the accounts of Charter itself, `readers` who accounts are."""
    ours = {*own, rights.own}
    allowed = {(one.account, one.feature) for one in granted if one.account}
    found: dict[tuple[str, str, int | None, int | None], Difference] = {}
    for reach in rights.reaches:
        for one in _of_reach(reach, features[reach.place], allowed, ours, readers):
            found.setdefault((one.kind, one.account, one.feature, one.grant), one)
    for number, why in rights.unknown.items():
        for feature in features[number]:
            found["unknown", "", feature, None] = Difference("unknown", "", why, feature)
    for difference in _of_granted(rights, granted):
        found[difference.kind, difference.account, difference.feature, difference.grant] = difference
    return list(found.values())


def _of_reach(
    reach: Reach, features: Iterable[int], allowed: set[tuple[str, int]], ours: set[str], readers: Mapping[str, str]
) -> Iterable[Difference]:  # fmt: skip
    if reach.account in ours:
        yield Difference("own", reach.account, f"is Charter's own and {reach.said}")
    elif reach.way in BY_NATURE and reach.can_login:
        yield Difference("nature", reach.account, reach.said)
    elif reach.through == EVERYBODY:
        for feature in features:
            yield Difference("extra", EVERYBODY, "lets everybody read it", feature)
    elif reach.can_login or reach.account in readers:
        whose = f", and is {readers[reach.account]}" if reach.account in readers else ", and nobody has said who it is"
        for feature in features:
            if (reach.account, feature) not in allowed:
                yield Difference("extra", reach.account, f"{reach.said}{whose}", feature)


def _of_granted(rights: Rights, granted: Iterable[Granted]) -> Iterable[Difference]:
    reached = {(one.account, one.place) for one in rights.reaches}
    everybody = {one.place for one in rights.reaches if one.through == EVERYBODY}
    for one in granted:
        if one.place in rights.unknown:
            continue
        if not one.account:
            why = f"nobody has said who {one.subject} is there"
            yield Difference("unknown", "", why, one.feature, one.grant)
        elif one.account not in rights.accounts:
            yield Difference("absent", one.account, "it has no such account", one.feature, one.grant)
        elif (one.account, one.place) not in reached and one.place not in everybody:
            yield Difference("absent", one.account, "the account has no right to it", one.feature, one.grant)
