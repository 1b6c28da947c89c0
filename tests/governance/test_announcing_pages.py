"""The pages that announce the end of a version, one question each."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from governance.models import Deprecation
from registry.models import Delivery, Message
from tests.cast import page_as
from tests.factories import FeatureFactory
from tests.governance.ending import in_days

pytestmark = pytest.mark.django_db


def text_of(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


@pytest.fixture
def alice(ending: SimpleNamespace) -> Client:
    return page_as(ending.cast.owner_a)


@pytest.fixture
def begin(ending: SimpleNamespace) -> str:
    return f"{ending.feature.get_absolute_url()}deprecate/?v=1"


@pytest.fixture
def draft(alice: Client, begin: str) -> str:
    """The address of a draft that says why."""
    answer = alice.post(begin, {"kind": "replaced", "reason": "Dollars are worth more."})
    assert answer.status_code == 302
    return str(answer.headers["Location"]).removesuffix("replacement/")


def test_asked_page_by_page_and_told_at_the_last(ending: SimpleNamespace, alice: Client, draft: str) -> None:
    assert str(ending.new) in text_of(alice.get(f"{draft}replacement/"))
    said = {"replacement": str(ending.new), "instead": ""}
    assert alice.post(f"{draft}replacement/", said).headers["Location"] == f"{draft}readers/"
    shown = text_of(alice.get(f"{draft}readers/"))
    assert ">fraud</a>" in shown
    assert "Cannot be told" in shown
    page = alice.get(f"{draft}timeline/")
    initial = page.context["form"].initial
    assert initial["sunset_on"] >= in_days(90)
    assert initial["sunset_on"].weekday() < 4
    times = {name: f"{initial[name]:%Y-%m-%dT%H:%M}" for name in ("short_at", "long_at")}
    assert alice.post(f"{draft}timeline/", {"sunset_on": str(initial["sunset_on"]), **times}).status_code == 302
    notice = text_of(alice.get(f"{draft}notice/"))
    assert f"{ending.old} goes away on {initial['sunset_on']}" in notice
    assert "Dollars are worth more." in notice
    assert "and tell" in notice
    assert not Message.objects.exists()
    assert alice.post(f"{draft}notice/", {"reminders": ["30", "7"]}).status_code == 302
    assert alice.post(f"{draft}announce").status_code == 302
    made = Deprecation.objects.get()
    ending.old.refresh_from_db()
    assert (made.state, made.reminders, made.draft) == ("announced", [30, 7], {})
    assert (ending.old.state, ending.old.replacement, ending.old.ending_kind) == ("deprecated", ending.new, "replaced")
    lengths = [one.ends_at - one.starts_at for one in ending.old.brownouts.order_by("starts_at")]
    assert lengths == [timedelta(hours=1), timedelta(hours=24)]
    assert Message.objects.filter(event="feature.deprecated").exists()


def test_a_draft_is_gone_on_with(ending: SimpleNamespace, alice: Client, draft: str, begin: str) -> None:
    assert alice.get(begin).headers["Location"] == f"{draft}replacement/"
    assert "Go on with" in text_of(alice.get("/deprecations/"))
    assert "Go on with" not in text_of(page_as(ending.cast.auditor).get("/deprecations/"))
    assert alice.post(begin, {"kind": "quality", "reason": "Wrong since May."}).status_code == 302
    assert Deprecation.objects.get().draft["kind"] == "quality"
    bob = page_as(ending.cast.owner_b)
    assert bob.get(f"{draft}why/").status_code == 404
    assert bob.get(begin).status_code == 403


def test_it_is_not_announced_before_it_says_all(alice: Client, draft: str) -> None:
    shown = text_of(alice.get(f"{draft}notice/"))
    assert "Say its last day." in shown
    assert "disabled" in shown
    answer = alice.post(f"{draft}announce", follow=True)
    assert "Nothing replaces it, so say what its readers do instead." in text_of(answer)
    assert answer.request["PATH_INFO"] == f"{draft}replacement/"
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("step", "said", "at"),
    [
        ("why", {"kind": "replaced", "reason": " "}, "reason"),
        ("why", {"kind": "bored", "reason": "x"}, "kind"),
        ("replacement", {"replacement": "", "instead": ""}, "instead"),
        ("replacement", {"replacement": "no.such.thing@1", "instead": ""}, "replacement"),
        ("replacement", {"replacement": "pay.stats.amount@1", "instead": ""}, "replacement"),
        ("timeline", {"sunset_on": "2020-01-01"}, "sunset_on"),
        ("timeline", {"sunset_on": "soon"}, "sunset_on"),
    ],
)
def test_what_is_wrong_is_said_at_its_page(
    ending: SimpleNamespace, alice: Client, draft: str, step: str, said: dict[str, str], at: str
) -> None:
    if said.get("replacement", "").startswith("pay."):
        said = said | {"replacement": str(ending.old)}
    before = Deprecation.objects.get().draft
    answer = alice.post(f"{draft}{step}/", said)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [at]
    assert Deprecation.objects.get().draft == before


def test_brownouts_end_before_the_last_day(alice: Client, draft: str) -> None:
    day = in_days(100)
    answer = alice.post(f"{draft}timeline/", {"sunset_on": str(day), "long_at": f"{day}T09:00"})
    assert "Each ends before the last day" in str(answer.context["form"].errors["long_at"])


def test_what_could_replace_it_is_offered(ending: SimpleNamespace, alice: Client, draft: str) -> None:
    other = FeatureFactory(view=ending.feature.view, name=f"{ending.feature.name}_usd")
    shown = text_of(alice.get(f"{draft}replacement/?use={other.key}@1"))
    assert f'value="{other.key}@1"' in shown
    alice.post(f"{draft}replacement/", {"replacement": f"{other.key}@1"})
    assert "What is different about" in text_of(alice.get(f"{draft}replacement/"))


def test_the_notice_is_tried_on_oneself(ending: SimpleNamespace, alice: Client, draft: str) -> None:
    alice.post(f"{draft}try")
    sent = Delivery.objects.get()
    assert (sent.address, sent.message.event) == (ending.cast.owner_a.email, "notice.test")
    assert sent.message.title.startswith("Not sent yet:")


def test_discarded_without_a_word(alice: Client, draft: str) -> None:
    assert alice.post(f"{draft}discard").status_code == 302
    assert not Deprecation.objects.exists()
    assert not Message.objects.exists()


def test_the_end_that_is_announced_is_moved(ending: SimpleNamespace, alice: Client, begin: str) -> None:
    from governance.actions.announcing import announce_deprecation

    announce_deprecation(ending.old, actor=ending.cast.owner_a, **ending.said)
    page = alice.get(begin)
    assert page.context["form"].initial["sunset_on"] == ending.said["sunset_on"]
    later = timezone.now().date() + timedelta(days=200)
    said = {"sunset_on": str(later), "reason": "Longer", "replacement": str(ending.new)}
    assert alice.post(begin, said).status_code == 302
    ending.old.refresh_from_db()
    assert (ending.old.sunset_on, ending.old.state_reason) == (later, "Longer")
    assert alice.post(begin, {**said, "sunset_on": str(in_days(91))}).status_code == 422


def test_pages_that_are_not_there(alice: Client, draft: str) -> None:
    for path in (f"{draft}nothing/", "/deprecations/DEP-999/draft/why/", "/deprecations/PL-1/draft/why/"):
        assert alice.get(path).status_code == 404
