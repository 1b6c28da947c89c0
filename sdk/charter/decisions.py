"""Decisions, remembered: a service asks once in a while and goes on when Charter is away.

A yes is used as long as Charter said. While Charter does not answer the last word counts: a yes for personal data until
its grant ends, then it is closed; any other yes stays, and so does a no. What was never asked is closed.
"""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from charter import calls
from charter.answers import Evaluation
from charter.errors import CharterError, Unreachable
from charter.flows import MOST_AT_ONCE, question
from charter.private import folder, plain, write
from charter.registry import Registry

log = logging.getLogger("charter")
MOST_HELD = 10_000
AWAY = Evaluation(
    decision=False, context={"reason_code": "unreachable", "reason_user": "Charter is away, and has not said before."}
)
OVER = Evaluation(
    decision=False,
    context={"reason_code": "grant_expired", "reason_user": "The grant has ended while Charter was away."},
)
Key = tuple[str, str, str]  # action, resource, purpose


@dataclass(frozen=True, slots=True)
class Known:
    """An answer, and when it was given, in seconds since 1970."""

    answer: Evaluation
    at: float

    def is_fresh(self, now: float) -> bool:
        return 0 <= now - self.at < self.answer.ttl_seconds and not self.is_over(now)

    def is_over(self, now: float) -> bool:
        """Whether the grant that it hangs on has ended."""
        end = self.answer.expires_at
        return end is not None and end <= datetime.fromtimestamp(now, UTC)

    def last_word(self, now: float) -> Evaluation:
        return OVER if self.answer and self.is_over(now) else self.answer


@dataclass(slots=True)
class Decisions:
    """What one subject may, such as `service:checkout-api`. Threads may share it.

    The last answers are kept on disk, readable by this user alone, for a process that starts while Charter is away.
    """

    registry: Registry
    subject: str
    environment: str = ""
    clock: Callable[[], float] = time.time
    _held: dict[Key, Known] = field(default_factory=dict)
    _is_read: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def can(self, action: str, resource: str, purpose: str = "") -> Evaluation:
        """May the subject? Never raises because Charter is away; Refused where the token may not ask."""
        key = (action, resource, purpose)
        self.ask([key])
        known = self._held.get(key)
        return known.last_word(self.clock()) if known else AWAY

    def ask(self, keys: Iterable[Key]) -> None:
        """Ask for all of these that are not known freshly, together: (action, resource, purpose). Good at start."""
        with self._lock:
            self._read_kept()
            now = self.clock()
            wanted = [key for key in dict.fromkeys(keys) if not ((held := self._held.get(key)) and held.is_fresh(now))]
            try:
                for at in range(0, len(wanted), MOST_AT_ONCE):
                    self._take(wanted[at : at + MOST_AT_ONCE])
            except Unreachable as error:
                log.info("Decisions for %s stay as they were: %s", self.subject, error)
                return
            if wanted:
                self._keep()

    def _take(self, keys: list[Key]) -> None:
        asked = [question(self.subject, *key, self.environment) for key in keys]
        now = self.clock()  # before the answer: it is never used longer than Charter said
        answers = self.registry.do(calls.evaluate(asked, is_impatient=True))
        for key, answer in zip(keys, answers, strict=True):
            self._held.pop(key, None)
            self._held[key] = Known(answer, now)
        while len(self._held) > MOST_HELD:
            del self._held[next(iter(self._held))]

    def _read_kept(self) -> None:
        if self._is_read:
            return
        self._is_read = True
        try:
            kept = json.loads(self._place.read_text(encoding="utf-8"))
            for one in kept["decisions"]:
                action, resource, purpose = one["asked"]
                self._held[action, resource, purpose] = Known(Evaluation(**one["answer"]), float(one["at"]))
        except (OSError, ValueError, TypeError, KeyError, CharterError):
            return  # none yet, or not ours

    def _keep(self) -> None:
        kept: list[dict[str, Any]] = [
            {"asked": list(key), "at": known.at, "answer": known.answer.model_dump(mode="json")}
            for key, known in self._held.items()
        ]
        with suppress(OSError):
            write(self._place, {"decisions": kept})

    @property
    def _place(self) -> Path:
        name = plain(f"{self.subject}.{self.environment}" if self.environment else self.subject)
        return folder(self.registry.settings.url) / f"{name}.decisions.json"
