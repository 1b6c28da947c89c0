"""The ends of many versions through every door: the same ones end, and the same are refused."""

import json
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from charter.registry import Registry
from governance.models import Deprecation
from registry.models import Message, Version
from tests.cast import api_as, page_as, token_for
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory
from tests.sdk.conftest import Run

pytestmark = pytest.mark.django_db(transaction=True)
QUERY, WHY = "view:stats", {"reason": "Unused.", "instead": "Compute it."}
FAR = (timezone.now() + timedelta(days=100)).date().isoformat()
SOON = (timezone.now() + timedelta(days=40)).date().isoformat()  # too soon for what is served online

Door = Callable[[Any, str], None]


@pytest.fixture(autouse=True)
def features(cast: SimpleNamespace) -> None:
    """Two of payments, one of them served online, and one of risk."""
    view = ViewFactory(project=ProjectFactory(name="pay", owner=cast.payments), name="stats")
    FeatureFactory(view=view, name="amount", is_online=True)
    FeatureFactory(view=view, name="count")
    FeatureFactory(view=ViewFactory(project=ProjectFactory(name="other", owner=cast.risk), name="stats"), name="score")


def by_page(user: Any, sunset: str) -> None:
    shown = page_as(user).get("/deprecate", {"q": QUERY})
    ticked = [str(one.version) for one, _, _ in shown.context["able"]]
    body = {"version": ticked, "kind": "unneeded", "sunset_on": sunset, "do": "announce", **WHY}
    assert page_as(user).post(f"/deprecate?q={QUERY}", body).status_code in (200, 302, 422)


def by_api(user: Any, sunset: str) -> None:
    body = {"query": QUERY, "kind": "unneeded", "sunset_on": sunset, **WHY}
    assert api_as(user).post("/api/v1/deprecations/batch-announce", body).status_code == 200


@pytest.fixture(params=["page", "api", "client", "command"])
def door(request: pytest.FixtureRequest, charter: Run, live_server: Any) -> Door:
    def by_client(user: Any, sunset: str) -> None:
        with Registry(live_server.url, token_for(user, "features:read", "features:write")) as registry:
            registry.deprecate_many(query=QUERY, sunset=sunset, **WHY)

    def by_command(user: Any, sunset: str) -> None:
        options = [part for name, text in WHY.items() for part in (f"--{name}", text)]
        outcome = charter("deprecate", "--query", QUERY, "--sunset", sunset, "--yes", *options, user=user)
        assert "Traceback" not in outcome.err

    doors = {"page": by_page, "api": by_api, "client": by_client, "command": by_command}
    return doors[request.param]


def ended() -> set[str]:
    return {str(one.version) for one in Deprecation.objects.select_related("version__feature")}


def test_the_same_end_by_every_door(cast: SimpleNamespace, door: Door) -> None:
    door(cast.viewer, FAR)
    assert ended() == set()
    door(cast.owner_a, SOON)
    assert ended() == {"pay.stats.count@1"}
    door(cast.owner_a, FAR)
    assert ended() == {"pay.stats.count@1", "pay.stats.amount@1"}
    door(cast.owner_b, FAR)
    assert ended() == {"pay.stats.count@1", "pay.stats.amount@1", "other.stats.score@1"}
    assert set(Version.objects.values_list("state", flat=True)) == {"deprecated"}


def test_the_command_looks_first(cast: SimpleNamespace, charter: Run) -> None:
    said = ("deprecate", "--query", QUERY, "--reason", "Unused.", "--instead", "Compute it.", "--sunset")
    looked = charter("--json", *said, SOON, "--dry-run")
    assert looked.code == 2
    assert {one["version"]: one["status"] for one in json.loads(looked.out)} == {
        "pay.stats.amount@1": 422, "pay.stats.count@1": 201, "other.stats.score@1": 403,
    }  # fmt: skip
    asked = charter(*said, SOON)
    assert (asked.code, "would be announced, 0 readers" in asked.out, "You may not" in asked.out) == (1, True, True)
    assert ended() == set()
    assert not Message.objects.exists()
    done = charter(*said, SOON, "--yes")
    assert (done.code, "pay.stats.count@1    is announced" in done.out) == (3, True)
    assert "Too soon: readers need 90 days" in done.out
    assert charter(*said, SOON, "--yes").code == 1
    assert charter(*said, FAR, "--yes", user=cast.owner_b).code == 0


@pytest.mark.parametrize("wrong", [[], ["pay.stats.amount@1", "--query", "x"], ["pay.stats.amount@1", "--yes"]])
def test_the_command_says_how_it_is_asked(charter: Run, wrong: list[str]) -> None:
    outcome = charter("deprecate", "--sunset", FAR, "--reason", "x", *wrong)
    assert (outcome.code, "Name a version, or say --query" in outcome.err) == (1, True)
