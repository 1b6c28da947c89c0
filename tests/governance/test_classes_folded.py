"""A tag of a whole table is one question for a view, not one for each of its features."""

import re
from types import SimpleNamespace

import pytest

from governance.models import ClassSuggestion
from governance.tasks import suggest_classes
from tests.cast import page_as
from tests.lineage.orders import CLEAN, make_orders
from tests.lineage.personal import tagged
from tests.lineage.sent import forget, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(cast: SimpleNamespace) -> SimpleNamespace:
    forget()
    made = make_orders(cast)
    tell(tagged(CLEAN, ("pii", "true", "")))
    suggest_classes()
    assert {one.sure for one in ClassSuggestion.objects.all()} == {"possible"}
    return made


def rows(page: str) -> list[str]:
    return re.findall(r'data-open href="([^"]+)"', page)


def test_the_list_has_one_row_for_a_view_and_opens_its_members(world: SimpleNamespace) -> None:
    client = page_as(world.cast.viewer)
    page = client.get("/classes/").content.decode()
    [link] = rows(page)
    assert "2 features of <code>shop.order_stats</code>" in page
    members = client.get(f"/classes/{link.replace('&amp;', '&')}").content.decode()
    assert len(rows(members)) == 2
    assert all(one in members for one in ("shop.order_stats.amount", "shop.order_stats.country"))


def test_members_that_are_hidden_are_not_counted(world: SimpleNamespace) -> None:
    assert "secret" not in page_as(world.cast.viewer).get("/classes/").content.decode()
    hidden = ClassSuggestion.objects.get(feature__key="secret.scores.score")
    assert page_as(world.cast.viewer).get(f"/classes/?like={hidden}").status_code == 404
    assert len(rows(page_as(world.cast.owner_a).get("/classes/").content.decode())) == 2


def test_a_single_one_stays_itself_and_the_spreadsheet_has_all(world: SimpleNamespace) -> None:
    ClassSuggestion.objects.filter(feature__name="country").update(state="gone")
    page = page_as(world.cast.viewer).get("/classes/").content.decode()
    assert rows(page) == [ClassSuggestion.objects.get(feature__name="amount").get_absolute_url()]
    ClassSuggestion.objects.filter(feature__name="country").update(state="open")
    sheet = page_as(world.cast.viewer).get("/classes/?format=csv")
    assert b"".join(sheet.streaming_content if sheet.streaming else [sheet.content]).count(b"order_stats") == 2
