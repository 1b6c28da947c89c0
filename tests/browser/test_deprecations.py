"""Deprecations in a real browser: announced page by page, answered, without barriers, nothing cut off."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from tests.browser.conftest import Visit, faults, overflow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ending(cast: SimpleNamespace) -> SimpleNamespace:
    from tests.governance.ending import make_ending

    return make_ending(cast)


@pytest.fixture
def announced(ending: SimpleNamespace) -> Any:
    """With reads, an answer, and somebody who asks for time."""
    from governance.actions.announcing import announce_deprecation
    from governance.actions.answering import ask_extension
    from registry.models import ReadDay

    made = announce_deprecation(ending.old, actor=ending.cast.owner_a, **ending.said)
    now = timezone.now()
    for consumer in (ending.service, ending.job):
        ReadDay.objects.create(
            consumer=consumer, feature=ending.feature, number=1, day=now.date(), reads=100, last_at=now, token_name="t"
        )
    until = now.date() + timedelta(days=140)
    reader = made.readers.get(consumer=ending.model)
    ask_extension(reader, actor=ending.cast.owner_b, until=until, reason="Retraining takes a month.")
    return made


def test_from_the_first_page_to_the_notice(visit: Visit, ending: SimpleNamespace) -> None:
    page = visit(f"{ending.feature.get_absolute_url()}versions/?v=1", user=ending.cast.owner_a)
    page.get_by_role("row", name="v1").get_by_role("link", name="Deprecate").click()
    page.get_by_label("Why").fill("In dollars now.")
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_role("link", name=f"{ending.feature.key}@2").click()
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_text("Cannot be told").first.wait_for()
    page.get_by_role("link", name="Go on").click()
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_role("button", name="Deprecate v1 and tell 1 team").click()
    page.get_by_role("heading", name="DEP-").wait_for()
    ending.old.refresh_from_db()
    assert (ending.old.state, ending.old.replacement) == ("deprecated", ending.new)


def test_pages_of_what_is_announced(visit: Visit, ending: SimpleNamespace, announced: Any) -> None:
    mine = [announced.get_absolute_url(), "/settings/notices/", "/settings/webhooks/"]
    assert faults(visit, ["/deprecations/", "/deprecations/?of=ours", *mine], user=ending.cast.owner_a) == {}
    assert faults(visit, [announced.get_absolute_url()], user=ending.cast.owner_b) == {}


def test_pages_that_announce(visit: Visit, ending: SimpleNamespace) -> None:
    from governance.actions.announcing import draft_deprecation

    said = {"kind": "replaced", "reason": "In dollars now.", "replacement": ending.new.pk, "instead": ""}
    held = draft_deprecation(ending.old, actor=ending.cast.owner_a, said=said)
    steps = [f"/deprecations/{held}/draft/{step}/" for step in ("why", "replacement", "readers", "timeline", "notice")]
    assert faults(visit, steps, user=ending.cast.owner_a) == {}


def test_the_values_of_both_without_scripts(visit: Visit, ending: SimpleNamespace) -> None:
    from governance.actions.announcing import draft_deprecation
    from tests.factories import FeatureFactory
    from tests.measured import measure

    other = FeatureFactory(view=ending.feature.view, name="amount_usd").versions.get()
    measure(ending.feature.view)
    held = draft_deprecation(ending.old, actor=ending.cast.owner_a, said={"kind": "replaced", "replacement": other.pk,
                                                                          "reason": "In dollars now."})  # fmt: skip
    address = f"/deprecations/{held}/draft/replacement/"
    assert faults(visit, [address], user=ending.cast.owner_a) == {}
    page = visit(address, user=ending.cast.owner_a, width=390, java_script_enabled=False)
    box = page.get_by_role("img", name="Values of both over the same bins").bounding_box()
    assert box is not None
    assert box["height"] == 120
    page.get_by_text("The same as a table").click()
    page.get_by_role("rowheader", name="0 to 2", exact=True).wait_for()


def test_pages_of_names_and_offers(visit: Visit, ending: SimpleNamespace) -> None:
    from governance.actions.naming import create_naming_rule, set_name_word

    rule = create_naming_rule(
        ending.feature.project, actor=ending.cast.owner_a, kind="feature", pattern="[a-z]+_7d", right=["amount_7d"],
        wrong=["amount"], said="Names end in their window",
    )  # fmt: skip
    set_name_word(ending.feature.project, actor=ending.cast.owner_a, word="amt", instead="amount")
    pages = [
        "/policies/", "/policies/?of=words", "/policies/?of=exceptions", "/policies/?of=shared",
        "/policies/naming/new/", rule.get_absolute_url(), f"{ending.feature.get_absolute_url()}give/",
        "/p/pay/settings/",
    ]  # fmt: skip
    assert faults(visit, pages, user=ending.cast.owner_a) == {}


def test_many_end_at_once_without_barriers(visit: Visit, ending: SimpleNamespace) -> None:
    from tests.factories import FeatureFactory, ProjectFactory, ViewFactory

    theirs = ViewFactory(project=ProjectFactory(name="other", owner=ending.cast.risk), name="stats")
    FeatureFactory(view=theirs, name="score")
    alice = ending.cast.owner_a
    assert faults(visit, ["/deprecate", "/deprecate?q=view:stats", "/deprecate?q=zzzz"], user=alice) == {}
    page = visit("/deprecate?q=view:stats", user=alice, width=390, java_script_enabled=False)
    page.get_by_label("End pay.stats.amount@2").uncheck()
    page.get_by_label("Why").fill("Nobody reads it.")
    page.get_by_label("If nothing does").fill("Compute it.")
    page.get_by_role("button", name="Look at what would happen").click()
    sure = page.get_by_role("button", name="Deprecate 1 version and tell 1 team")
    sure.wait_for()  # a click does not wait for the page it leads to, and between two pages there is none to measure
    assert overflow(page) == 0
    sure.click()
    page.get_by_text("1 version deprecated. Their readers are told.").wait_for()
    ending.old.refresh_from_db()
    assert (ending.old.state, ending.old.brownouts.count()) == ("deprecated", 2)
