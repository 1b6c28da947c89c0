"""One life of a feature through every door: pages, API, command and client come to the same, and refuse the same."""

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any, Protocol

import pytest
from django.utils import timezone

from charter.errors import Forbidden, NotFound, Refused
from charter.registry import Registry
from registry.actions.registering import create_view
from registry.models import AuditEntry, Feature, Version
from tests.factories import EntityFactory, ProjectFactory
from tests.sdk.conftest import Run

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "pay.stats.amount"
TERMS = {"dtype": "float64", "unit": "EUR", "privacy_class": "none", "default": 1.5}
MEANING = "Mean amount of settled transactions."


class Door(Protocol):
    """Each verb answers "done", "refused" (what was asked is not possible) or "forbidden" (not by this person)."""

    def register(self) -> str: ...
    def publish(self) -> str: ...
    def draft(self) -> str: ...
    def deprecate(self, sunset: date) -> str: ...
    def retire(self) -> str: ...


class Pages:
    def __init__(self, user: Any, **_: Any) -> None:
        from tests.cast import page_as

        self.browser = page_as(user)

    def _sent(self, path: str, said: dict[str, Any], after: str = "") -> str:
        """Pages answer what is impossible with the form again, or with a message on the page that follows."""
        answer = self.browser.post(path, said)
        if answer.status_code in (403, 404):
            return "forbidden"
        if answer.status_code != 302:
            return "refused"
        page = self.browser.get(answer["Location"])
        return "refused" if "toast crit" in page.content.decode() or after == answer["Location"] else "done"

    def _step(self, step: str, said: dict[str, Any]) -> str:
        path = f"/f/pay/stats/amount/draft/{step}/"
        page = self.browser.get(path)
        if page.status_code in (403, 404):
            return "forbidden"
        return self._sent(path, {**said, "read": page.context["form"]["read"].value()})

    def register(self) -> str:
        first = self._sent("/new/?view=pay.stats", {"name": "amount"})
        if first != "done":
            return first
        self._step("meaning", {"description": MEANING})
        self._step("type", {"dtype": "float64", "unit": "EUR"})
        self._step("values", {"default_policy": "constant", "default": "1.5"})
        return self._step("privacy", {"privacy_class": "none"})

    def publish(self) -> str:
        return self._sent("/f/pay/stats/amount/draft/publish/", {}, after="/f/pay/stats/amount/draft/check/")

    def draft(self) -> str:
        begun = self._sent("/f/pay/stats/amount/draft/", {})
        return self._step("type", {"dtype": "float64", "unit": "USD"}) if begun == "done" else begun

    def deprecate(self, sunset: date) -> str:
        why = {"kind": "replaced", "reason": "In dollars now."}
        begun = self.browser.post("/f/pay/stats/amount/deprecate/?v=1", why)
        if begun.status_code != 302:
            return "forbidden" if begun.status_code in (403, 404) else "refused"
        draft = begun["Location"].removesuffix("replacement/")
        asked = {"replacement": {"replacement": f"{KEY}@2"}, "timeline": {"sunset_on": sunset.isoformat()}}
        if any(self._sent(f"{draft}{step}/", said) != "done" for step, said in asked.items()):
            return "refused"
        return self._sent(f"{draft}announce", {})

    def retire(self) -> str:
        return self._sent("/f/pay/stats/amount/retire/?v=1", {"reason": "Done", "typed": "amount"})


class Api:
    def __init__(self, user: Any, **_: Any) -> None:
        from tests.cast import api_as

        self.client = api_as(user)

    def _said(self, answer: Any) -> str:
        return "done" if answer.status_code < 300 else "forbidden" if answer.status_code in (403, 404) else "refused"

    def register(self) -> str:
        body = {"view": "pay.stats", "name": "amount", "description": MEANING, **TERMS}
        return self._said(self.client.post("/api/v1/features", body))

    def publish(self) -> str:
        number = Version.objects.order_by("-number").first().number if Version.objects.exists() else 1  # type: ignore[union-attr]
        return self._said(self.client.post(f"/api/v1/features/{KEY}/versions/{number}/publish", {}))

    def draft(self) -> str:
        return self._said(self.client.post(f"/api/v1/features/{KEY}/versions", {"unit": "USD"}))

    def deprecate(self, sunset: date) -> str:
        body = {"sunset_on": sunset.isoformat(), "reason": "In dollars now.", "replacement": f"{KEY}@2"}
        path = f"/api/v1/features/{KEY}/versions/1/deprecation"
        return self._said(self.client.put(path, body, HTTP_IF_MATCH="*"))

    def retire(self) -> str:
        return self._said(self.client.post(f"/api/v1/features/{KEY}/versions/1/retire", {"reason": "Done"}))


class Command:
    def __init__(self, user: Any, *, charter: Run, **_: Any) -> None:
        self.run = lambda *arguments: self._said(charter(*arguments, user=user))

    def _said(self, outcome: Any) -> str:
        assert "Traceback" not in outcome.err
        if outcome.code == 0:
            return "done"
        return "forbidden" if "You may not" in outcome.err or "There is no" in outcome.err else "refused"

    def register(self) -> str:
        terms = [f"{name}={value if isinstance(value, str) else json.dumps(value)}" for name, value in TERMS.items()]
        said = [part for term in (*terms, f"description={MEANING}") for part in ("--set", term)]
        return self.run("register", "pay.stats", "amount", *said)

    def publish(self) -> str:
        newest = Version.objects.order_by("-number").values_list("number", flat=True).first() or 1
        return self.run("publish", f"{KEY}@{newest}")

    def draft(self) -> str:
        return self.run("draft", KEY, "--set", "unit=USD")

    def deprecate(self, sunset: date) -> str:
        return self.run(
            "deprecate", f"{KEY}@1", "--sunset", sunset.isoformat(), "--reason", "In dollars now.", "--replacement",
            f"{KEY}@2",
        )  # fmt: skip

    def retire(self) -> str:
        return self.run("retire", f"{KEY}@1", "--reason", "Done")


class Client:
    def __init__(self, user: Any, *, url: str, **_: Any) -> None:
        from tests.cast import token_for

        self.registry = Registry(url, token_for(user, "features:read", "features:write"))

    def _said(self, work: Callable[[], Any]) -> str:
        try:
            work()
        except (Forbidden, NotFound):
            return "forbidden"
        except Refused:
            return "refused"
        return "done"

    def register(self) -> str:
        return self._said(lambda: self.registry.register("pay.stats", "amount", description=MEANING, **TERMS))

    def publish(self) -> str:
        newest = Version.objects.order_by("-number").values_list("number", flat=True).first() or 1
        return self._said(lambda: self.registry.publish(f"{KEY}@{newest}"))

    def draft(self) -> str:
        return self._said(lambda: self.registry.draft(KEY, unit="USD"))

    def deprecate(self, sunset: date) -> str:
        said = {"sunset": sunset.isoformat(), "reason": "In dollars now.", "replacement": f"{KEY}@2"}
        return self._said(lambda: self.registry.deprecate(f"{KEY}@1", **said))

    def retire(self) -> str:
        return self._said(lambda: self.registry.retire(f"{KEY}@1", reason="Done"))


DOORS = (Pages, Api, Command, Client)


@pytest.fixture
def opened(cast: SimpleNamespace, charter: Run, live_server: Any) -> Iterator[Callable[[Any, Any], Door]]:
    project = ProjectFactory(name="pay", owner=cast.payments)
    EntityFactory(project=project)
    create_view(project, actor=cast.owner_a, name="stats", entities=["user"])
    clients = []

    def through(door: Any, user: Any) -> Door:
        made = door(user, charter=charter, url=live_server.url)
        if isinstance(made, Client):
            clients.append(made.registry)
        return made

    yield through
    for registry in clients:
        registry.close()


@pytest.mark.parametrize("door", DOORS)
def test_a_life_is_the_same_through_every_door(opened: Any, cast: SimpleNamespace, door: Any) -> None:
    owner = opened(door, cast.owner_a)
    far, past = timezone.now().date() + timedelta(days=100), timezone.now().date() - timedelta(days=1)
    assert owner.register() == "done"
    assert owner.register() == "refused"
    assert owner.publish() == "done"
    assert owner.publish() in ("refused", "forbidden")  # pages have no draft to show
    assert owner.draft() == "done"
    assert owner.publish() == "done"
    assert owner.deprecate(past) == "refused"
    assert owner.deprecate(far) == "done"
    assert owner.retire() == "refused"
    Version.objects.filter(number=1).update(sunset_on=past)
    assert owner.retire() == "done"

    feature = Feature.objects.get()
    assert (feature.number, feature.state, feature.unit, feature.description) == (2, "active", "USD", MEANING)
    held = Version.objects.order_by("number").values_list("number", "state", "unit", "default", "default_policy")
    assert list(held) == [(1, "retired", "EUR", 1.5, "constant"), (2, "active", "USD", 1.5, "constant")]
    said = AuditEntry.objects.order_by("id").values_list("action", "actor_name")
    moves = [
        action for action, _ in said if action.endswith(("publish_version", "deprecate_version", "retire_version"))
    ]
    assert moves == ["registry.publish_version"] * 2 + ["registry.deprecate_version", "registry.retire_version"]


@pytest.mark.parametrize("door", DOORS)
def test_others_are_refused_at_every_door(opened: Any, cast: SimpleNamespace, door: Any) -> None:
    owner = opened(Api, cast.owner_a)
    others = [opened(door, person) for person in (cast.viewer, cast.owner_b, cast.auditor)]
    far = timezone.now().date() + timedelta(days=100)
    assert {other.register() for other in others} == {"forbidden"}
    owner.register()
    assert {other.publish() for other in others} == {"forbidden"}
    owner.publish()
    assert {other.draft() for other in others} == {"forbidden"}
    owner.draft()
    owner.publish()
    assert {other.deprecate(far) for other in others} == {"forbidden"}
    owner.deprecate(far)
    Version.objects.filter(number=1).update(sunset_on=timezone.now().date() - timedelta(days=1))
    assert {other.retire() for other in others} == {"forbidden"}
    assert Version.objects.get(number=1).state == "deprecated"
