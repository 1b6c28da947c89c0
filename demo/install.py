"""Puts the demo's store into a data folder, with its times moved so that its last moment is now.

    demo = install(STORE, Path("var/demo"), datetime.now(UTC))

From then on nothing is moved: the demo ages as a store does whose jobs have stopped, until it is refreshed.
"""

import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from demo.shift import shift_online, shift_registry, shift_tables

STORE = Path(__file__).parent / "store"
RECEIPT = "installed.json"
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class InstalledDemo:
    """Where the demo is. `anchored_at` is the moment its data ends; `is_new` when this call moved it there."""

    registry_url: str  # SQLAlchemy URL of the SQL registry
    online_url: str  # SQLAlchemy URL of the SQLite online store
    offline_folder: Path  # what relative paths in the registry are relative to
    anchored_at: datetime
    is_new: bool


def install(store: Path, into: Path, now: datetime, *, refresh_after: timedelta = WEEK) -> InstalledDemo:
    """Install the demo, or leave alone one that is in place, of this build and younger than `refresh_after`.

    `now` is cut to the whole second, the finest that Feast's SQLite store keeps. Raises OSError when `into`
    cannot be written, and ValueError for a `now` without a time zone.
    """
    if now.tzinfo is None:
        raise ValueError("now needs a time zone")
    anchored_at = _anchor_in_place(into, _build(store))
    if anchored_at is None or now - anchored_at >= refresh_after:
        return refresh(store, into, now)
    return _describe(into, anchored_at, is_new=False)


def refresh(store: Path, into: Path, now: datetime) -> InstalledDemo:
    """Install anew whatever is in place, so that the data ends at `now`; what was there is replaced in one step."""
    anchored_at = now.astimezone(UTC).replace(microsecond=0)
    into.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into.parent, prefix=".demo-") as scratch:
        fresh = Path(scratch) / "fresh"
        _copy_moved(store, fresh, anchored_at)
        if into.exists():
            os.replace(into, Path(scratch) / "stale")
        os.replace(fresh, into)
    return _describe(into, anchored_at, is_new=True)


def _copy_moved(store: Path, fresh: Path, anchored_at: datetime) -> None:
    shutil.copytree(store, fresh)
    recorded = datetime.fromisoformat(json.loads((store / "manifest.json").read_text())["anchor"])
    seconds = int((anchored_at - recorded).total_seconds())
    shift_tables(fresh / "data", seconds)
    shift_online(fresh / "online_store.db", seconds)
    shift_registry(fresh / "registry.db", seconds)
    receipt = {"anchored_at": anchored_at.isoformat(), "build": _build(store)}
    (fresh / RECEIPT).write_text(json.dumps(receipt) + "\n")


def _build(store: Path) -> str:
    """Tells one build of the store from another."""
    return hashlib.sha256((store / "manifest.json").read_bytes() + (store / "registry.db").read_bytes()).hexdigest()


def _anchor_in_place(into: Path, build: str) -> datetime | None:
    """When the data of the demo in `into` ends; None when there is none, or one of another build."""
    try:
        receipt = json.loads((into / RECEIPT).read_text())
    except FileNotFoundError:
        return None
    return datetime.fromisoformat(receipt["anchored_at"]) if receipt["build"] == build else None


def _describe(into: Path, anchored_at: datetime, *, is_new: bool) -> InstalledDemo:
    folder = into.resolve()
    return InstalledDemo(
        registry_url=f"sqlite:///{folder / 'registry.db'}",
        online_url=f"sqlite:///{folder / 'online_store.db'}",
        offline_folder=folder,
        anchored_at=anchored_at,
        is_new=is_new,
    )
