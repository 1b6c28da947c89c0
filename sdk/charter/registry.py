"""The registry, asked from Python: `Registry` waits for each answer, `AsyncRegistry` awaits it."""

import asyncio
import time
import warnings
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from charter import calls, exchange
from charter.answers import CanRetire, Check, Feature, Found, Plan, Version
from charter.calls import Call, split
from charter.errors import NotUsable
from charter.exchange import Wait
from charter.settings import known

Answer = TypeVar("Answer")
_UNUSABLE = {"draft": "is a draft", "quarantined": "is quarantined", "retired": "is retired"}
_warned: set[str] = set()


class FeatureHandle:
    """One version of a feature, as it was when it was asked for."""

    def __init__(self, feature: Feature, version: Version) -> None:
        self.feature, self.contract = feature, version
        self._warn_once()

    def __repr__(self) -> str:
        return f"<{self.reference}, {self.contract.status}>"

    @property
    def reference(self) -> str:
        return self.contract.reference

    @property
    def parts(self) -> dict[str, Feature | Version]:
        return {"feature": self.feature, "version": self.contract}

    @property
    def default(self) -> Any:
        """What to use when there is no value; None is to fail."""
        return self.contract.default

    def assert_usable(self) -> None:
        """Raises NotUsable for a version that nobody may read now."""
        if why := _UNUSABLE.get(self.contract.status):
            instead = f" Read {self.contract.replacement} instead." if self.contract.replacement else ""
            raise NotUsable(f"{self.reference} {why}. {self.contract.state_reason}{instead}".rstrip())

    def _warn_once(self) -> None:
        """Once a process for each version: a loop over a million rows is no reason for a million lines."""
        if self.contract.status != "deprecated" or self.reference in _warned:
            return
        _warned.add(self.reference)
        instead = f"; read {self.contract.replacement} instead" if self.contract.replacement else ""
        said = f"{self.reference} is deprecated and served until {self.contract.sunset_on}{instead}."
        warnings.warn(said, FutureWarning, stacklevel=4)


class Registry:
    """Charter's API. `url` and `token` come from CHARTER_URL and CHARTER_TOKEN, or `charter login`, unless given.

    Raises NotConfigured at once; each call raises Refused with what to do, or Unreachable.
    """

    def __init__(self, url: str | None = None, token: str | None = None) -> None:
        self.settings = known(url, token)
        self._client = httpx.Client(timeout=exchange.TIMEOUT)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def do(self, call: Call[Answer]) -> Answer:
        """Send a call, again where that is safe and of use, and give its answer."""
        attempt = 1
        while True:
            try:
                outcome = exchange.understood(
                    call, self._client.send(exchange.request_of(call, self.settings)), attempt
                )
            except httpx.TransportError as error:
                outcome = exchange.after_failure(call, error, attempt)
            if not isinstance(outcome, Wait):
                return outcome
            time.sleep(outcome.seconds)
            attempt += 1

    def search(self, text: str = "", limit: int = 20) -> list[Found]:
        """Features that match, best first; the words are those of the search page."""
        return self.do(calls.search(text, limit))

    def feature(self, reference: str) -> FeatureHandle:
        """`project.view.feature`, or that with `@number`. Warns once where it is deprecated."""
        key, number = split(reference)
        found = self.do(calls.feature(key))
        return FeatureHandle(found, self.do(calls.version(key, found.version if number is None else number)))

    def check(self, features: Iterable[str] | None = None, *, consumer: str | None = None) -> Check:
        """May these features be read, or those that a consumer reads?"""
        return self.do(calls.check(consumer, features))

    def can_retire(self, reference: str) -> CanRetire:
        return self.do(calls.can_retire(*self._numbered(reference)))

    def register(self, view: str, name: str, **terms: Any) -> Feature:
        """A new feature of a view, as a draft."""
        return self.do(calls.register(view, name, terms))

    def draft(self, key: str, **terms: Any) -> Version:
        """A new version of a feature, as a draft."""
        return self.do(calls.draft(key, terms))

    def publish(self, reference: str) -> Version:
        return self.do(calls.publish(*self._numbered(reference)))

    def deprecate(self, reference: str, *, sunset: str, reason: str, replacement: str | None = None) -> None:
        """Announce the end of a version: `sunset` is the last day it is served, such as 2027-01-31."""
        self.do(calls.deprecate(*self._numbered(reference), sunset, reason, replacement))

    def retire(self, reference: str, *, reason: str = "") -> Version:
        return self.do(calls.retire(*self._numbered(reference), reason))

    def declare(self, consumer: str, features: Iterable[str]) -> dict[str, Any]:
        """Say that `model:name` reads exactly these features."""
        return self.do(calls.declare(consumer, features))

    def report_usage(self, events: list[dict[str, Any]]) -> dict[str, Any]:
        """Reads that happened: `{id, consumer, feature, reads, at}`, at most 5,000. Safe to send again."""
        return self.do(calls.report_usage(events))

    def plan(
        self, files: Iterable[tuple[str, str]], *, source: str = "", commit: str = "", takes_over: bool = False,
        dry_run: bool = False,
    ) -> Plan:  # fmt: skip
        """What these files, (path, text), would change."""
        return self.do(calls.plan(files, source, commit, takes_over, dry_run))

    def apply(self, plan_id: str) -> Plan:
        return self.do(calls.apply(plan_id))

    def approve(self, plan_id: str, party: str, note: str = "") -> Plan:
        return self.do(calls.approve(plan_id, party, note))

    def export(self, project: str = "", view: str = "") -> str:
        """Feature views as YAML, ready for `apply`."""
        return self.do(calls.export(project, view))

    def me(self) -> dict[str, Any]:
        return self.do(calls.me())

    def _numbered(self, reference: str) -> tuple[str, int]:
        key, number = split(reference)
        return key, self.do(calls.feature(key)).version if number is None else number


class AsyncRegistry:
    """The same for asyncio: `await registry.do(calls.search(…))`, and the two that services need most by name."""

    def __init__(self, url: str | None = None, token: str | None = None) -> None:
        self.settings = known(url, token)
        self._client = httpx.AsyncClient(timeout=exchange.TIMEOUT)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def do(self, call: Call[Answer]) -> Answer:
        """Send a call, again where that is safe and of use, and give its answer."""
        attempt = 1
        while True:
            try:
                response = await self._client.send(exchange.request_of(call, self.settings))
                outcome = exchange.understood(call, response, attempt)
            except httpx.TransportError as error:
                outcome = exchange.after_failure(call, error, attempt)
            if not isinstance(outcome, Wait):
                return outcome
            await asyncio.sleep(outcome.seconds)
            attempt += 1

    async def search(self, text: str = "", limit: int = 20) -> list[Found]:
        return await self.do(calls.search(text, limit))

    async def feature(self, reference: str) -> FeatureHandle:
        key, number = split(reference)
        found = await self.do(calls.feature(key))
        version = calls.version(key, found.version if number is None else number)
        return FeatureHandle(found, await self.do(version))

    async def check(self, features: Iterable[str] | None = None, *, consumer: str | None = None) -> Check:
        return await self.do(calls.check(consumer, features))

    async def declare(self, consumer: str, features: Iterable[str]) -> Mapping[str, Any]:
        return await self.do(calls.declare(consumer, features))

    async def report_usage(self, events: list[dict[str, Any]]) -> Mapping[str, Any]:
        return await self.do(calls.report_usage(events))
