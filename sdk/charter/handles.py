"""One version of a feature in the hands of a program: its contract, its default, and whether it may be relied on."""

import threading
import warnings
from typing import TYPE_CHECKING, Any

from charter.answers import Evaluation, Feature, Version
from charter.errors import AccessDenied, NotUsable

if TYPE_CHECKING:
    from charter.registry import AsyncRegistry, Registry

_UNUSABLE = {"draft": "is a draft", "quarantined": "is quarantined", "retired": "is retired"}
_warned: set[str] = set()
_warning = threading.Lock()


class Handle:
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
    def default(self) -> Any:
        """What to use when there is no value; None is to fail. Of personal data, nothing that is somebody's value."""
        return self.contract.default

    def assert_usable(self) -> None:
        """Raises NotUsable for a version that nobody may read now."""
        if why := _UNUSABLE.get(self.contract.status):
            instead = f" Read {self.contract.replacement} instead." if self.contract.replacement else ""
            raise NotUsable(f"{self.reference} {why}. {self.contract.state_reason}{instead}".rstrip())

    def _assert_allowed(self, answer: Evaluation) -> None:
        if not answer:
            raise AccessDenied(answer.text, reason=answer.reason, request_url=answer.request_url)

    def _warn_once(self) -> None:
        """Once a process for each version: a loop over a million rows is no reason for a million lines."""
        with _warning:
            if self.contract.status != "deprecated" or self.reference in _warned:
                return
            _warned.add(self.reference)
        instead = f"; read {self.contract.replacement} instead" if self.contract.replacement else ""
        said = f"{self.reference} is deprecated and served until {self.contract.sunset_on}{instead}."
        warnings.warn(said, FutureWarning, stacklevel=5)


class FeatureHandle(Handle):
    """The same, from a `Registry`."""

    def __init__(self, registry: "Registry", feature: Feature, version: Version) -> None:
        super().__init__(feature, version)
        self._registry = registry

    def assert_usable(
        self, purpose: str = "", *, subject: str = "", action: str = "serve", environment: str = ""
    ) -> None:  # fmt: skip
        """Raises NotUsable for a version that nobody may read now. With a purpose also AccessDenied, where the subject
        may not: `service:checkout-api`, or the user of the token."""
        super().assert_usable()
        if purpose or subject:
            subject = subject or f"user:{self._registry.me()['username']}"
            self._assert_allowed(
                self._registry.can(subject, action, self.reference, purpose, environment=environment)
            )  # fmt: skip

    def version(self, number: int) -> "FeatureHandle":
        """The same feature at another version."""
        return self._registry.feature(f"{self.feature.key}@{number}")


class AsyncFeatureHandle(Handle):
    """The same, from an `AsyncRegistry`."""

    def __init__(self, registry: "AsyncRegistry", feature: Feature, version: Version) -> None:
        super().__init__(feature, version)
        self._registry = registry

    async def assert_allowed(
        self, purpose: str, *, subject: str = "", action: str = "serve", environment: str = ""
    ) -> None:  # fmt: skip
        """Raises NotUsable, and AccessDenied where the subject may not: as a `FeatureHandle` does with a purpose."""
        self.assert_usable()
        subject = subject or f"user:{(await self._registry.me())['username']}"
        answer = await self._registry.can(subject, action, self.reference, purpose, environment=environment)
        self._assert_allowed(answer)

    async def version(self, number: int) -> "AsyncFeatureHandle":
        """The same feature at another version."""
        return await self._registry.feature(f"{self.feature.key}@{number}")
