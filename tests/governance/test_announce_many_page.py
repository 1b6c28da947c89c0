"""The page that ends many versions at once: looked at, then announced."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from governance.actions.announcing import announce_deprecation
from governance.models import Deprecation
from registry.models import Message
from tests.cast import page_as
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory
from tests.governance.ending import in_days
from tests.governance.test_announcing_pages import text_of

pytestmark = pytest.mark.django_db
PAGE = "/deprecate?q=view:stats"


@pytest.fixture
def alice(ending: SimpleNamespace) -> Client:
    FeatureFactory(view=ending.feature.view, name="count", is_online=False)
    return page_as(ending.cast.owner_a)


def said(*versions: str, **more: Any) -> dict[str, Any]:
    return {
        "version": versions or ["pay.stats.amount@2", "pay.stats.count@1"], "kind": "unneeded", "reason": "Unused.",
        "replacement": "", "instead": "Nothing.", "sunset_on": str(in_days(100)), "reminders": ["30"], **more,
    }  # fmt: skip


def test_looked_at_first_and_announced_then(ending: SimpleNamespace, alice: Client) -> None:
    ending.model.usages.update(number=2)
    shown = text_of(alice.get(PAGE))
    assert 'value="pay.stats.amount@2" checked' in shown
    assert 'value="announce"' not in shown
    looked = text_of(alice.post(PAGE, said()))
    assert "Deprecate 2 versions and tell 1 team<" in looked
    assert not Deprecation.objects.exists()
    answer = alice.post(PAGE, said(do="announce"))
    assert answer.headers["Location"] == "/deprecations/?of=ours"
    assert "2 versions deprecated. Their readers are told." in text_of(alice.get(answer.headers["Location"]))
    assert {str(one.version) for one in Deprecation.objects.all()} == {"pay.stats.amount@2", "pay.stats.count@1"}
    assert Message.objects.filter(event="feature.deprecated").exists()


def test_only_what_is_ticked_ends(alice: Client) -> None:
    assert alice.post(PAGE, said("pay.stats.count@1", do="announce")).status_code == 302
    assert [str(one.version) for one in Deprecation.objects.all()] == ["pay.stats.count@1"]
    assert "Tick a version" in text_of(alice.post(PAGE, said("pay.stats.nothing@1", do="announce")), 422)


def test_what_is_wrong_with_one_stands_beside_it(alice: Client) -> None:
    """The one that is served online needs more notice than the other."""
    soon = str(in_days(40))
    looked = text_of(alice.post(PAGE, said(sunset_on=soon)))
    assert looked.count("Not like this") == 1
    assert "Deprecate 1 version<" in looked
    done = text_of(alice.post(PAGE, said(sunset_on=soon, do="announce")))
    assert "1 version deprecated." in done
    assert "1 could not be announced." in done
    assert "has announced the end of pay.stats.count@1 already" in done
    assert [str(one.version) for one in Deprecation.objects.all()] == ["pay.stats.count@1"]


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"reason": " "}, "reason"), ({"sunset_on": "2020-01-01"}, "sunset_on"), ({"instead": ""}, "instead"),
        ({"replacement": "no.such.thing@1"}, "replacement"), ({"kind": "bored"}, "kind"),
        ({"sunset_on": ""}, "sunset_on"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_all_stands_in_the_form(alice: Client, change: dict[str, str], at: str) -> None:
    for do in ("preview", "announce"):
        answer = alice.post(PAGE, said(do=do, **change))
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == [at]
    assert not Deprecation.objects.exists()


def test_others_are_told_whose_it_is(ending: SimpleNamespace, alice: Client) -> None:
    bob = page_as(ending.cast.owner_b)
    shown = text_of(bob.get(PAGE))
    assert "Payments Features answers for it." in shown
    assert '<form method="post" autocomplete' not in shown
    assert bob.post(PAGE, said(do="announce")).status_code == 422
    assert not Deprecation.objects.exists()


def test_nothing_found_and_nothing_asked(alice: Client) -> None:
    assert "No feature found" in text_of(alice.get("/deprecate?q=zzzz"))
    assert "Which features" in text_of(alice.get("/deprecate"))
    assert "Not all of the search could be used" in text_of(alice.get("/deprecate?q=view:stats health:purple"))


def test_the_way_there_is_shown_to_those_who_may(ending: SimpleNamespace, alice: Client) -> None:
    bob = page_as(ending.cast.owner_b)
    pages = {
        "/search?q=view:stats": "/deprecate?q=view%3Astats",
        ending.feature.view.get_absolute_url(): "/deprecate?q=view:%22pay.stats%22",
        "/teams/payments/": "/deprecate?q=owner:payments",
    }
    for page, link in pages.items():
        assert link in text_of(alice.get(page)), page
        assert "/deprecate?" not in text_of(bob.get(page)), page
        assert "What ends" in text_of(alice.get(link))


@pytest.mark.parametrize("count", [1, 20])
def test_looking_takes_a_fixed_number_of_questions(
    ending: SimpleNamespace, alice: Client, django_assert_max_num_queries: Any, count: int
) -> None:  # fmt: skip
    made = FeatureFactory.create_batch(count, view=ending.feature.view)
    other = FeatureFactory(view=ViewFactory(project=ProjectFactory(owner=ending.cast.risk), name="stats"))
    announce_deprecation(made[0].versions.get(), actor=ending.cast.owner_a, **ending.said)
    names = [f"{one.key}@1" for one in (*made, other)]
    with django_assert_max_num_queries(17):
        text_of(alice.post(PAGE, said(*names, replacement=str(ending.new), instead="")), 200 if count > 1 else 422)
