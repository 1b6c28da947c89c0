"""Suggestions of classes on pages and in the API: the same rows, the same answers, the same refusals."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.models import ClassSuggestion
from governance.tasks import suggest_classes
from registry.models import Feature
from tests.cast import api_as, page_as
from tests.factories import FeatureFactory
from tests.lineage.orders import RAW, make_orders
from tests.lineage.personal import mailed, tagged
from tests.lineage.sent import tell

pytestmark = pytest.mark.django_db
EMAIL, API = "shop.order_stats.email", "/api/v1/class-suggestions"


@pytest.fixture
def world(cast: SimpleNamespace) -> SimpleNamespace:
    """An address that flows into a feature of payments, and a tagged feature of a restricted project."""
    made = make_orders(cast)
    mailed(made)
    tell(tagged(RAW, ("pii_class", "direct-identifier", "email")))
    Feature.objects.filter(key="secret.scores.score").update(tags=["pii=true"])
    suggest_classes()
    made.row = ClassSuggestion.objects.get(feature__key=EMAIL)
    made.hidden = ClassSuggestion.objects.get(feature__key="secret.scores.score")
    return made


def by_page(user: Any, verb: str, row: ClassSuggestion, **said: Any) -> int:
    purposes = ", ".join(said.pop("purposes", []))
    about = said.get("reason", "")
    response = page_as(user).post(f"/classes/{row}/{verb}", {**said, "purposes": purposes, "about": about})
    return {302: 200, 422: 400}.get(response.status_code, response.status_code)


def by_api(user: Any, verb: str, row: ClassSuggestion, **said: Any) -> int:
    status = api_as(user).post(f"{API}/{row}/{verb}", said, format="json").status_code
    return {422: 400}.get(status, status)


DECLINED = {"reason": "They are test addresses."}
CASES = [
    ("owner_a", "accept", {"purposes": ["fraud"]}, 200, "accepted"), ("owner_a", "accept", {}, 400, "open"),
    ("owner_a", "accept", {"purposes": ["No Purpose"]}, 400, "open"), ("owner_a", "decline", DECLINED, 200, "declined"),
    ("owner_a", "decline", {"reason": "no"}, 400, "open"), ("viewer", "accept", {"purposes": ["fraud"]}, 403, "open"),
    ("viewer", "decline", DECLINED, 403, "open"), ("owner_b", "accept", {}, 403, "open"),
    ("member", "accept", {"purposes": ["fraud"]}, 403, "open"), ("admin", "decline", DECLINED, 403, "open"),
]  # fmt: skip


@pytest.mark.parametrize("door", [by_page, by_api])
@pytest.mark.parametrize(("who", "verb", "said", "status", "state"), CASES)
def test_every_door_answers_alike(
    world: SimpleNamespace, door: Any, who: str, verb: str, said: dict[str, Any], status: int, state: str
) -> None:
    assert door(getattr(world.cast, who), verb, world.row, **said) == status
    world.row.refresh_from_db()
    assert world.row.state == state
    assert Feature.objects.get(key=EMAIL).privacy_class == ("direct-identifier" if state == "accepted" else "")


@pytest.mark.parametrize("door", [by_page, by_api])
@pytest.mark.parametrize("verb", ["accept", "decline"])
def test_what_is_hidden_is_not_there(world: SimpleNamespace, door: Any, verb: str) -> None:
    assert door(world.cast.viewer, verb, world.hidden, **DECLINED) == 404
    assert door(world.cast.owner_a, "decline", world.hidden, **DECLINED) == 200


@pytest.mark.parametrize("path", ["/classes/{0}/", API + "/{0}", API + "/{0}/why"])
def test_reading_one(world: SimpleNamespace, path: str) -> None:
    client = api_as if path.startswith(API) else page_as
    assert client(world.cast.viewer).get(path.format(world.row)).status_code == 200
    assert client(world.cast.viewer).get(path.format(world.hidden)).status_code == 404
    assert client(world.cast.viewer).get(path.format("CS-999999")).status_code == 404
    assert client(world.cast.viewer).get(path.format("x")).status_code == 404
    assert client(world.cast.owner_a).get(path.format(world.hidden)).status_code == 200


def test_lists_hold_what_one_sees(world: SimpleNamespace) -> None:
    listed = api_as(world.cast.viewer).get(API).json()["data"]
    assert [(one["feature"], one["waits_for"], one["confidence"]) for one in listed] == [(EMAIL, "owner", "suspected")]
    assert len(api_as(world.cast.owner_a).get(API).json()["data"]) == 2
    for path in ("/classes/", "/classes/?format=csv"):
        page = page_as(world.cast.viewer).get(path)
        text = (page.getvalue() if page.streaming else page.content).decode()
        assert EMAIL in text
        assert "secret" not in text


@pytest.mark.parametrize(
    ("who", "query", "found"),
    [
        ("owner_a", "mine=true", 2), ("owner_a", "mine=false", 0), ("viewer", "mine=true", 0),
        ("member", "mine=true", 0), ("owner_a", "state=open", 2), ("owner_a", "state=declined", 0),
        ("owner_a", "project=shop", 1), ("owner_a", f"feature={EMAIL}", 1),
        ("owner_a", "privacy_class=personal", 1), ("owner_a", "against=true", 0),
    ],
)  # fmt: skip
def test_narrowing(world: SimpleNamespace, who: str, query: str, found: int) -> None:
    assert len(api_as(getattr(world.cast, who)).get(f"{API}?{query}").json()["data"]) == found


@pytest.mark.parametrize(
    ("who", "of", "found"), [("owner_a", "mine", True), ("viewer", "mine", False), ("viewer", "", True),
                             ("viewer", "against", False), ("viewer", "decided", False)]
)  # fmt: skip
def test_tabs(world: SimpleNamespace, who: str, of: str, found: bool) -> None:
    page = page_as(getattr(world.cast, who)).get("/classes/", {"of": of} if of else {})
    assert (EMAIL in page.content.decode()) is found
    assert page_as(world.cast.viewer).get("/classes/?of=nothing").status_code == 404


def test_forms_are_for_whom_it_waits(world: SimpleNamespace) -> None:
    for who, waits in (("owner_a", True), ("viewer", False), ("member", False)):
        text = page_as(getattr(world.cast, who)).get(f"/classes/{world.row}/").content.decode()
        assert (f"/classes/{world.row}/accept" in text) is waits


def test_why_in_both(world: SimpleNamespace) -> None:
    told = api_as(world.cast.viewer).get(f"{API}/{world.row}/why").json()
    assert told["claim"] == "The column is tagged pii_class=direct-identifier. Its name says “email”."
    assert [(one["name"], one["column"], one["told"]) for one in told["path"]] == [
        (RAW, "email", ""), ("dwh.clean.orders", "email", "masking unknown"), ("shop.order_stats", "email", "view"),
    ]  # fmt: skip
    text = page_as(world.cast.viewer).get(f"/classes/{world.row}/").content.decode()
    assert all(part in text for part in (told["claim"], "raw.orders", "nobody says whether it is masked"))


def test_the_lineage_tab_shows_it(world: SimpleNamespace) -> None:
    tab = "/f/shop/order_stats/email/lineage/"
    assert f'hx-get="{tab}class"' in page_as(world.cast.viewer).get(tab).content.decode()
    assert "waits for the owner" in page_as(world.cast.viewer).get(f"{tab}class").content.decode()
    assert page_as(world.cast.viewer).get("/f/shop/order_stats/country/lineage/class").content.strip() == b""
    assert page_as(world.cast.viewer).get("/f/secret/scores/score/lineage/class").status_code == 404
    by_api(world.cast.owner_a, "decline", world.row, **DECLINED)
    Feature.objects.filter(key=EMAIL).update(privacy_class="none")
    text = page_as(world.cast.viewer).get(f"{tab}class").content.decode()
    assert "declined by alice" in text
    assert "Lowered against the flow" in text


def test_a_token_needs_its_scope(world: SimpleNamespace) -> None:
    reads = api_as(world.cast.owner_a, "features:read")
    assert reads.post(f"{API}/{world.row}/decline", DECLINED, format="json").status_code == 403
    assert reads.get(f"{API}/{world.row}").status_code == 200


def test_lists_cost_the_same_for_many(world: SimpleNamespace) -> None:
    client = page_as(world.cast.owner_a)
    counts = []
    for more in (0, 20):
        for number in range(more):
            FeatureFactory(view=world.view, name=f"f{number}", tags=["pii=true"])
        suggest_classes()
        client.get("/classes/")
        with CaptureQueriesContext(connection) as found:
            page = client.get("/classes/")
        counts.append(len(found))
    assert counts[0] == counts[1]
    assert "22 shown" in page.content.decode()
