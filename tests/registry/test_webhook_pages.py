"""Pages of webhooks and of a project's settings."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from registry.models import AuditEntry, Delivery, Project, Webhook
from tests.cast import api_as, page_as
from tests.factories import ProjectFactory

pytestmark = pytest.mark.django_db
PAGE = "/settings/webhooks/"
NEW = {"name": "Pager", "kind": "standard", "url": "https://hooks.example.org/s3cret", "team": "risk"}


def text_of(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


@pytest.fixture
def bob(cast: SimpleNamespace) -> Client:
    return page_as(cast.owner_b)


@pytest.fixture
def hook(bob: Client) -> Webhook:
    assert "whsec_" in text_of(bob.post(PAGE, NEW))
    return Webhook.objects.get()


def test_made_changed_and_removed(bob: Client, hook: Webhook) -> None:
    path = f"{PAGE}{hook.pk}/"
    shown = text_of(bob.get(PAGE)) + text_of(bob.get(path))
    assert "hooks.example.org" in shown
    assert "s3cret" not in shown
    assert "whsec_" not in shown
    said = {"name": "Pager 2", "url": "", "events": ["feature.retired"]}
    assert bob.post(path, said).status_code == 302
    hook.refresh_from_db()
    assert (hook.name, hook.events, hook.disabled_because) == ("Pager 2", ["feature.retired"], "bob switched it off.")
    assert bob.post(path, said | {"url": "gopher://x"}).status_code == 422
    assert bob.post(f"{path}remove").headers["Location"] == PAGE
    assert not Webhook.objects.exists()


def test_its_key_is_renewed_and_shown_once(bob: Client, hook: Webhook) -> None:
    answer = bob.post(f"{PAGE}{hook.pk}/key")
    assert "whsec_" in text_of(answer)
    assert answer["Cache-Control"] == "private, no-store"
    assert "whsec_" not in text_of(bob.get(f"{PAGE}{hook.pk}/"))


def test_tried_and_sent_again(bob: Client, hook: Webhook) -> None:
    path = f"{PAGE}{hook.pk}/"
    bob.post(f"{path}try")
    sent = Delivery.objects.get()
    assert "A test from Charter" in text_of(bob.get(path))
    Delivery.objects.update(state="failed", error="It answered 500.")
    assert "It answered 500." in text_of(bob.get(path))
    bob.post(f"{path}again/{sent.pk}")
    sent.refresh_from_db()
    assert sent.state == "waiting"


def test_whose_it_may_be(cast: SimpleNamespace, bob: Client, hook: Webhook) -> None:
    assert bob.post(PAGE, NEW | {"team": "payments"}).status_code == 422
    assert bob.post(PAGE, NEW | {"team": ""}).status_code == 422
    alice = page_as(cast.owner_a)
    assert alice.get(f"{PAGE}{hook.pk}/").status_code == 404
    for what in ("try", "key", "remove", "again/1"):
        assert alice.post(f"{PAGE}{hook.pk}/{what}").status_code == 404
    assert "you are in none" in text_of(page_as(cast.viewer).get(PAGE))
    text_of(page_as(cast.admin).post(PAGE, NEW | {"team": ""}))
    assert Webhook.objects.filter(team=None).exists()


@pytest.fixture
def project(cast: SimpleNamespace) -> Project:
    return ProjectFactory(name="pay", owner=cast.payments)


def test_an_owner_sets_the_rules_of_a_project(cast: SimpleNamespace, project: Project) -> None:
    alice, path = page_as(cast.owner_a), "/p/pay/settings/"
    assert path in text_of(alice.get("/p/pay/"))
    form = alice.get(path).context["form"]
    said = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    said |= {"retires_alone": "on", "compatibility": "FULL", "reason": "We agreed."}
    assert alice.post(path, said).status_code == 302
    project.refresh_from_db()
    assert (project.retires_alone, project.compatibility) == (True, "FULL")
    assert AuditEntry.objects.get(action="registry.change_project").reason == "We agreed."
    answer = alice.post(path, said | {"compatibility": "NONE"})
    assert "Somebody changed it meanwhile." in text_of(answer, 422)


def test_nobody_else_does(cast: SimpleNamespace, project: Project) -> None:
    for who in (cast.owner_b, cast.viewer, cast.member):
        assert page_as(who).get("/p/pay/settings/").status_code == 403
        assert "/p/pay/settings/" not in text_of(page_as(who).get("/p/pay/"))
        path = "/api/v1/projects/pay"
        answer = api_as(who).patch(path, {"retires_alone": True}, format="json", HTTP_IF_MATCH="*")
        assert answer.status_code == 403


def test_a_program_sets_them_on_the_state_that_it_read(cast: SimpleNamespace, project: Project) -> None:
    alice, path = api_as(cast.owner_a), "/api/v1/projects/pay"
    tag = alice.get(path)["ETag"]
    assert alice.patch(path, {"retires_alone": True}, format="json").status_code == 428
    answer = alice.patch(path, {"retires_alone": True}, format="json", HTTP_IF_MATCH=tag)
    assert answer.json()["retires_alone"] is True
    assert alice.patch(path, {"retires_alone": False}, format="json", HTTP_IF_MATCH=tag).status_code == 412
    answer = alice.patch(path, {"compatibility": "SIDEWAYS"}, format="json", HTTP_IF_MATCH="*")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/compatibility")
