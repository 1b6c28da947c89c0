"""The defaults bundle of a consumer: asked for now and then, kept on disk, checked by its signature before it is used.

A service reads it at start and goes on when Charter cannot be asked. Only the first look waits for Charter, for seconds
at most; every later one is answered from memory while a thread asks.
"""

import json
import logging
import os
import random
import threading
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from charter import calls
from charter.errors import CharterError
from charter.private import folder, plain, write
from charter.registry import Registry
from charter.trust import Untrusted, payload_of

log = logging.getLogger("charter")
# Asked for again after so many seconds, never by all services at once.
FRESH = (30.0, 60.0)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a version says about missing values. `served` is value, default or nothing."""

    reference: str
    status: str
    served: str
    default: Any = None
    default_policy: str = "none"
    is_nullable: bool | None = None
    is_personal: bool = False
    is_withheld: bool = False
    sunset_on: str | None = None
    replacement: str | None = None
    closes_at: datetime | None = None

    @property
    def has_default(self) -> bool:
        return self.default is not None

    @property
    def is_closed(self) -> bool:
        """Personal, and Charter has not said for too long that it may still be served."""
        return self.closes_at is not None and self.closes_at <= datetime.now(UTC)


@dataclass(slots=True, weakref_slot=True, eq=False)
class Defaults:
    """The bundle of one consumer, such as model:fraud-ranker.

    `public_key` (base64; CHARTER_PUBLIC_KEY unless given) pins the signer. Without one the key that Charter names at
    first is kept beside the bundle, and no other is believed from then on but those that it vouches for.
    """

    registry: Registry
    consumer: str
    public_key: str = ""
    clock: Callable[[], float] = time.monotonic
    _entries: dict[str, Entry] = field(default_factory=dict)
    _issued_at: datetime | None = None
    _confirmed_at: float | None = None  # in seconds since 1970
    _tag: str = ""
    _ask_at: float | None = None
    _asking: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        _held.add(self)

    def entry(self, reference: str) -> Entry | None:
        """What is known of `key@number`, or of a key in the newest version that this consumer reads. Never raises."""
        if self._ask_at is None:
            self.refresh()
        elif self.clock() >= self._ask_at and not self._asking.locked():
            threading.Thread(target=self.refresh, name="charter-defaults", daemon=True).start()
        return self._entries.get(reference)

    @property
    def stale_seconds(self) -> float | None:
        """How long ago Charter last said that this is so, in this process or before; None when there is nothing."""
        return None if self._confirmed_at is None else max(0.0, time.time() - self._confirmed_at)

    def refresh(self) -> None:
        """Ask Charter now, and keep what is there when it does not answer or what it answers is not to be trusted."""
        is_first = self._ask_at is None
        if not self._asking.acquire(blocking=is_first):
            return  # somebody is asking already
        try:
            if is_first and self._ask_at is not None:
                return  # somebody asked while we waited
            self._ask_at = self.clock() + random.uniform(*FRESH)  # noqa: S311  no secret
            if not self._entries:
                self._take_kept()
            said = self.registry.do(calls.bundle(self.consumer, self._tag))
            if said is not None:
                self._take(said, may_ask=True)
            self._confirmed_at = time.time()
            self._keep(said)
        except Untrusted as error:
            log.error("The defaults of %s stay as they were: %s", self.consumer, error)
        except CharterError as error:
            log.info("The defaults of %s stay as they were: %s", self.consumer, error)
        except Exception:  # noqa: BLE001  whatever it is, a service goes on
            log.exception("The defaults of %s stay as they were.", self.consumer)
        finally:
            self._asking.release()

    def _take(self, said: dict[str, Any], *, may_ask: bool) -> None:
        """Believe a bundle, unless it is older than what is held: somebody could send an old one again."""
        payload = payload_of(said, self.registry, public_key=self.public_key, may_ask=may_ask)
        try:
            issued_at = datetime.fromisoformat(payload["issued_at"])
            entries = [_entry(one) for one in payload["data"]]
        except (KeyError, TypeError, ValueError):
            raise Untrusted("The bundle is of a kind that this version of the client does not know.") from None
        if payload["consumer"] != self.consumer:
            raise Untrusted(f"The bundle is one of {payload['consumer']}.")
        if self._issued_at is not None and issued_at < self._issued_at:
            return
        by_key = {one.reference.rpartition("@")[0]: one for one in entries}  # the newest of each
        self._entries = by_key | {one.reference: one for one in entries}
        self._issued_at, self._tag = issued_at, str(said.get("etag", ""))

    def _take_kept(self) -> None:
        try:
            said = json.loads(self._place.read_text(encoding="utf-8"))
            self._take(said, may_ask=False)
            self._confirmed_at = float(said.get("confirmed_at", 0))
        except (OSError, ValueError, TypeError, AttributeError):
            return  # none yet, or not ours
        except Untrusted as error:
            log.error("The copy in %s is not used: %s", self._place, error)

    def _keep(self, said: dict[str, Any] | None) -> None:
        with suppress(OSError, ValueError):
            if said is None:
                said = json.loads(self._place.read_text(encoding="utf-8"))
            write(self._place, said | {"confirmed_at": self._confirmed_at})

    @property
    def _place(self) -> Path:
        return folder(self.registry.settings.url) / f"{plain(self.consumer)}.bundle.json"


def _entry(said: dict[str, Any]) -> Entry:
    known = {name: said[name] for name in Entry.__dataclass_fields__ if name in said}
    closes_at = said.get("closes_at")
    return Entry(**known | {"closes_at": datetime.fromisoformat(closes_at) if closes_at else None})


_held: "weakref.WeakSet[Defaults]" = weakref.WeakSet()


def _begin_all() -> None:
    """In a forked process: whoever was asking stayed behind, and would hold the lock for ever."""
    for one in list(_held):
        one._asking = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_all)
