"""The pages of deprecations: listed, answered, extended, waived; and how somebody is told."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from governance.actions.announcing import announce_deprecation, draft_deprecation
from governance.models import Deprecation, Extension
from registry.models import NoticeChoice, ReadDay, User
from tests.cast import page_as
from tests.governance.ending import in_days

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(ending: SimpleNamespace) -> Deprecation:
    return announce_deprecation(ending.old, actor=ending.cast.owner_a, **ending.said)


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def send(user: User, path: str, said: dict[str, Any]) -> Any:
    return page_as(user).post(path, said)


def test_the_list_shows_what_is_on_its_way_and_what_is_over(ending: SimpleNamespace, made: Deprecation) -> None:
    client = page_as(ending.cast.viewer)
    shown = text_of(client.get("/deprecations/"))
    assert f"{made}</a>" in shown
    assert "3 readers, 3 left" in shown
    assert 'class="diagram timeline"' in shown
    assert "None is over" in text_of(client.get("/deprecations/?of=ended"))


def test_the_page_shows_reads_readers_and_what_stands_in_the_way(ending: SimpleNamespace, made: Deprecation) -> None:
    now = timezone.now()
    ReadDay.objects.create(
        consumer=ending.service, feature=ending.feature, number=1, day=now.date(), reads=1_234, last_at=now,
        token_name="t",
    )  # fmt: skip
    shown = text_of(page_as(ending.cast.viewer).get(made.get_absolute_url()))
    assert f"service:checkout, {now.date()}: 1,234" in shown
    assert "0 of 3 readers have moved" in shown
    assert "Nobody could be told" in shown
    assert "model:fraud reads it (declared)." in shown
    assert "Your answer" not in shown
    assert "Waive" not in shown.split("</thead>")[1]


def test_strange_numbers_are_not_found_and_drafts_lead_to_their_pages(ending: SimpleNamespace) -> None:
    held = draft_deprecation(ending.old, actor=ending.cast.owner_a)
    client = page_as(ending.cast.owner_a)
    assert client.get(held.get_absolute_url())["Location"].endswith("/deprecate/?v=1")
    assert page_as(ending.cast.owner_b).get(held.get_absolute_url()).status_code == 404
    for reference in ("DEP-999", "PL-1", "DEP-x", "DEP-99999999999999999999"):
        assert client.get(f"/deprecations/{reference}/").status_code == 404, reference


def test_a_reader_answers_from_the_link_in_its_letter(ending: SimpleNamespace, made: Deprecation) -> None:
    bob, path = ending.cast.owner_b, made.get_absolute_url()
    shown = text_of(page_as(bob).get(f"{path}?answer=more-time"))
    assert 'value="more-time"' in shown
    assert "checked" in shown.split('value="more-time"')[1][:80]
    reader = f"R-{made.readers.get(consumer=ending.model).pk}"
    assert send(bob, path, {"reader": reader, "answer": "acknowledged"}).status_code == 302
    assert made.readers.get(consumer=ending.model).state == "acknowledged"
    refused = send(bob, path, {"reader": reader, "answer": "more-time", "about": "Retraining takes a month."})
    assert (refused.status_code, "Say until when." in refused.content.decode()) == (422, True)
    assert send(bob, path, {"reader": "R-0", "answer": "acknowledged"}).status_code == 404
    assert send(ending.cast.viewer, path, {"reader": reader, "answer": "not-using"}).status_code == 403


def test_more_time_is_asked_and_decided(ending: SimpleNamespace, made: Deprecation) -> None:
    path = made.get_absolute_url()
    said = {
        "reader": f"R-{made.readers.get(consumer=ending.model).pk}", "answer": "more-time", "until": in_days(130),
        "about": "Retraining takes a month.",
    }  # fmt: skip
    assert send(ending.cast.owner_b, path, said).status_code == 302
    asked = Extension.objects.get()
    decide = f"{path}extensions/{asked.pk}"
    assert "Grant" not in text_of(page_as(ending.cast.owner_b).get(path))
    assert send(ending.cast.owner_b, decide, {"decision": "grant"}).status_code == 403
    assert "Grant" in text_of(page_as(ending.cast.owner_a).get(path))
    assert send(ending.cast.owner_a, decide, {"decision": "grant"}).status_code == 302
    ending.old.refresh_from_db()
    assert ending.old.sunset_on == in_days(130)


def test_the_committee_waives_a_reader(ending: SimpleNamespace, made: Deprecation) -> None:
    reader = made.readers.get(consumer=ending.job)
    path = f"{made.get_absolute_url()}readers/{reader.pk}/waive"
    assert send(ending.cast.owner_a, path, {"reason": "It is switched off."}).status_code == 403
    assert send(ending.cast.member, path, {"reason": "It is switched off."}).status_code == 302
    assert "It is switched off." in text_of(page_as(ending.cast.viewer).get(made.get_absolute_url()))


def test_somebody_chooses_how_to_be_told(ending: SimpleNamespace) -> None:
    vera = ending.cast.viewer
    client: Client = page_as(vera)
    form = client.get("/settings/notices/").context["form"]
    said = {name: form.initial[name] or "" for name in form.fields}
    assert client.post("/settings/notices/", said | {"time_zone": "Mars/Base"}).status_code == 422
    quiet = {"feature.retired": "weekly", "quiet_from": "22:00", "quiet_until": "07:00", "time_zone": "Europe/Berlin"}
    assert client.post("/settings/notices/", said | quiet).status_code == 302
    choice = NoticeChoice.objects.get(user=vera)
    assert (choice.cadences["feature.retired"], choice.quiet_from.hour, choice.time_zone) == (
        "weekly", 22, "Europe/Berlin",
    )  # fmt: skip
