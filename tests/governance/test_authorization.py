"""Decisions for machines: what opens, what closes, and what flips the next answer."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from governance.actions.granting import revoke_grant
from governance.actions.purposes import end_purpose
from governance.models import Evaluation, Grant
from registry.models import Brownout, Consumer, Feature, Version
from tests.cast import api_as, person
from tests.factories import ConsumerFactory, FeatureFactory, ProjectFactory, ViewFactory
from tests.governance.asking import personal
from tests.governance.machines import EVALUATION, POSTCODE, asker, decided, grant, question, reason

pytestmark = pytest.mark.django_db


def test_personal_data_need_a_grant(asking: SimpleNamespace) -> None:
    client = asker(asking)
    told = decided(client)
    assert (told["decision"], told["context"]["reason_code"]) == (False, "no_grant")
    assert told["context"]["reason_user"] == "No grant for purpose fraud."
    held = grant(asking)
    told = decided(client)
    assert told["decision"] is True
    assert (told["context"]["grant"], told["context"]["ttl_seconds"]) == (str(held), 300)
    assert told["context"]["expires_at"].startswith(f"{held.ends_at:%Y-%m-%d}")


def test_what_a_grant_is_bound_to(asking: SimpleNamespace) -> None:
    client = asker(asking)
    grant(asking, environment="prod")
    assert reason(client) == (True, "granted")
    assert reason(client, f"{POSTCODE}@1") == (True, "granted")
    assert reason(client, f"{POSTCODE}@2") == (False, "unknown_resource")
    assert reason(client, action="read_offline") == (True, "granted")
    assert reason(client, environment="dev") == (False, "other_environment")
    assert reason(client, environment="") == (False, "other_environment")
    assert reason(client, purpose="marketing") == (False, "purpose_not_allowed")
    assert reason(client, purpose="") == (False, "purpose_missing")
    assert reason(client, "pay.users.email") == (False, "no_grant")
    other = ConsumerFactory(kind="model", name="other", team=asking.cast.risk)
    assert reason(client, subject={"type": "model", "id": other.name}) == (False, "no_grant")
    assert reason(client, subject={"type": "user", "id": "bob"}) == (False, "no_grant")


def test_offline_is_not_online(asking: SimpleNamespace) -> None:
    client = asker(asking)
    grant(asking, setting="offline")
    assert reason(client, action="read_offline") == (True, "granted")
    assert reason(client, action="serve") == (False, "other_setting")


def test_a_person_holds_grants_too(asking: SimpleNamespace) -> None:
    bob = {"type": "user", "id": "bob"}
    grant(asking, consumer=None)
    client = asker(asking)
    assert reason(client, subject=bob) == (True, "granted")
    asking.cast.owner_b.is_active = False
    asking.cast.owner_b.save()
    other = api_as(asking.bella, "authz:evaluate")
    assert reason(other, subject=bob) == (False, "account_closed")


def revoked(asking: SimpleNamespace) -> str:
    revoke_grant(Grant.objects.get(), actor=asking.cast.member, reason="Nobody needs it any longer.")
    return "no_grant"


def moved(asking: SimpleNamespace) -> str:
    Consumer.objects.filter(pk=asking.model.pk).update(team=asking.cast.payments)
    return "team_changed"


def gone(asking: SimpleNamespace) -> str:
    Consumer.objects.filter(pk=asking.model.pk).update(gone_at=timezone.now())
    return "subject_gone"


def purpose_over(asking: SimpleNamespace) -> str:
    end_purpose(asking.fraud, actor=asking.cast.member, reason="The project is over for good.")
    return "purpose_ended"


def unreviewed(asking: SimpleNamespace) -> str:
    type(asking.fraud).objects.update(review_on=timezone.now().date() - timedelta(days=1))
    return "purpose_ended"


def reclassified(asking: SimpleNamespace) -> str:
    Version.objects.filter(pk=asking.postcode.pk).update(privacy_class="direct-identifier")
    return "class_changed"


def forbidden(asking: SimpleNamespace) -> str:
    Version.objects.filter(pk=asking.postcode.pk).update(purposes=["marketing"])
    return "purpose_not_allowed"


def quarantined(asking: SimpleNamespace) -> str:
    Version.objects.filter(pk=asking.postcode.pk).update(state="quarantined")
    return "quarantined"


ENDINGS = (revoked, moved, gone, purpose_over, unreviewed, reclassified, forbidden, quarantined)


@pytest.mark.parametrize("end", ENDINGS, ids=lambda one: one.__name__)
def test_what_ends_flips_the_next_answer(asking: SimpleNamespace, end: Any) -> None:
    client = asker(asking)
    grant(asking)
    assert reason(client) == (True, "granted")
    code = end(asking)
    assert reason(client) == (False, code)


def test_a_grant_ends_at_its_moment(asking: SimpleNamespace) -> None:
    client = asker(asking)
    held = grant(asking)
    with time_machine.travel(held.ends_at - timedelta(seconds=30), tick=False):
        assert decided(client)["context"]["ttl_seconds"] == 30
    with time_machine.travel(held.ends_at, tick=False):
        assert reason(client) == (False, "grant_expired")


def test_states_of_what_is_not_personal(asking: SimpleNamespace) -> None:
    client = asker(asking)
    FeatureFactory(view=asking.view, name="clicks", version__privacy_class="none", privacy_class="none")
    versions = Version.objects.filter(feature__key="pay.users.clicks")
    assert reason(client, "pay.users.clicks", purpose="") == (True, "open")
    for state in ("quarantined",):
        versions.update(state=state)
        assert reason(client, "pay.users.clicks") == (False, state)
    versions.update(state="active")
    versions.update(state="deprecated", deprecated_at=timezone.now(), sunset_on="2031-01-31")
    told = decided(client, "pay.users.clicks")
    assert told["decision"]
    assert told["context"]["obligations"] == [{"type": "warn_deprecated", "sunset": "2031-01-31"}]
    now = timezone.now()
    window = Brownout.objects.create(
        version=versions.get(), starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=1)
    )  # fmt: skip
    told = decided(client, "pay.users.clicks")
    assert [one["type"] for one in told["context"]["obligations"]] == ["warn_deprecated", "brownout"]
    Brownout.objects.filter(pk=window.pk).update(is_hard=True)
    assert reason(client, "pay.users.clicks") == (False, "brownout")
    assert reason(client, "pay.users.clicks", action="read_metadata") == (True, "open")
    versions.update(state="retired")
    assert reason(client, "pay.users.clicks") == (False, "retired")


def test_what_nobody_has_classified_is_closed_where_it_looks_personal(asking: SimpleNamespace) -> None:
    client = asker(asking)
    FeatureFactory(view=asking.view, name="phone", looks_personal=True)
    FeatureFactory(view=asking.view, name="size")
    assert reason(client, "pay.users.phone") == (False, "unclassified")
    assert reason(client, "pay.users.size") == (True, "open")


def test_writing_is_for_the_team_that_owns_it(asking: SimpleNamespace) -> None:
    client = api_as(asking.cast.owner_a, "authz:evaluate")
    ConsumerFactory(kind="job", name="user-stats", team=asking.cast.payments)
    job = {"type": "job", "id": "user-stats"}
    assert reason(client, action="write", subject=job) == (True, "owner")
    assert reason(client, action="write") == (False, "not_owner")
    assert reason(client, action="write", subject={"type": "user", "id": "alice"}) == (True, "owner")
    Version.objects.filter(pk=asking.postcode.pk).update(state="quarantined")
    assert reason(client, action="write", subject=job) == (True, "owner")


def test_a_view_is_open_when_its_personal_features_are(asking: SimpleNamespace) -> None:
    client = asker(asking)
    view = ViewFactory(project=asking.view.project, name="cards")
    first, second = (personal(view, name, "quasi-identifier") for name in ("holder", "street"))
    FeatureFactory(view=view, name="limit")
    assert reason(client, "pay.cards") == (False, "no_grant")
    grant(asking, first.versions.get())
    told = decided(client, "pay.cards")
    assert told["context"]["features"] == [{"id": "pay.cards.street@1", "reason_code": "no_grant"}]
    held = grant(asking, second.versions.get(), days=30)
    told = decided(client, "pay.cards")
    assert told["decision"]
    assert told["context"]["grant"] == str(held)  # the one that ends first
    Feature.objects.filter(view=view).update(gone_at=timezone.now())
    assert reason(client, "pay.cards") == (True, "open")


def test_unknown_and_hidden_are_told_alike(asking: SimpleNamespace) -> None:
    secret = ProjectFactory(name="secret", owner=asking.cast.payments, visibility="restricted")
    personal(ViewFactory(project=secret, name="users"), "email", "direct-identifier")
    ConsumerFactory(kind="model", name="hidden", project=secret)
    client = asker(asking)

    def shown(resource: str, subject: Any = None) -> dict[str, Any]:
        told = decided(client, resource, subject=subject or {"type": "model", "id": "fraud-ranker"})
        told["context"].pop("evaluation_id", None)
        told["context"].pop("evaluated_at", None)
        return told

    there, nowhere = shown("secret.users.email"), shown("secret.users.nothing")
    assert there == {
        "decision": False,
        "context": nowhere["context"] | {"reason_user": there["context"]["reason_user"]},
    }
    assert there["context"]["reason_user"].replace("email", "nothing") == nowhere["context"]["reason_user"]
    assert shown("secret.users") == shown("secret.others") | {"context": shown("secret.users")["context"]}
    assert reason(client, subject={"type": "model", "id": "hidden"}) == (False, "unknown_subject")
    assert reason(client, subject={"type": "model", "id": "nobody"}) == (False, "unknown_subject")
    owner = api_as(asking.cast.owner_a, "authz:evaluate")
    assert reason(owner, "secret.users.email") == (False, "no_grant")


def test_two_consumers_of_one_name(asking: SimpleNamespace) -> None:
    client = asker(asking)
    grant(asking)
    ConsumerFactory(kind="model", name="fraud-ranker", project=asking.view.project)
    assert reason(client) == (False, "ambiguous_subject")
    none = {"type": "model", "id": "fraud-ranker", "properties": {"project": ""}}
    assert reason(client, subject=none) == (True, "granted")
    assert reason(client, subject=none | {"properties": {"project": "pay"}}) == (False, "no_grant")


def test_the_subject_sees_less_than_who_asks(asking: SimpleNamespace) -> None:
    secret = ProjectFactory(name="secret", owner=asking.cast.payments, visibility="restricted")
    FeatureFactory(view=ViewFactory(project=secret, name="stats"), name="size")
    owner = api_as(asking.cast.owner_a, "authz:evaluate")
    assert reason(owner, "secret.stats.size") == (False, "not_visible")
    Consumer.objects.update(team=asking.cast.payments)
    assert reason(owner, "secret.stats.size") == (True, "open")


def test_who_may_ask_at_all(asking: SimpleNamespace) -> None:
    from rest_framework.test import APIClient

    assert APIClient().post(EVALUATION, question()).status_code == 401
    wrong = APIClient()
    wrong.credentials(HTTP_AUTHORIZATION="Bearer charter_pat_nothing")
    assert wrong.post(EVALUATION, question()).status_code == 401
    reader = api_as(asking.cast.owner_b, "features:read").post(EVALUATION, question())
    assert (reader.status_code, reader.json()["code"]) == (403, "insufficient_scope")


def test_the_log_holds_every_decision_about_personal_data(asking: SimpleNamespace, settings: Any) -> None:
    settings.CHARTER_DECISION_SAMPLE = 0.0
    client = asker(asking)
    FeatureFactory(view=asking.view, name="clicks")
    decided(client, "pay.users.clicks")
    assert not Evaluation.objects.exists()
    answer = client.post(EVALUATION, question(), HTTP_X_REQUEST_ID="r-12")
    kept = Evaluation.objects.get()
    assert (kept.subject, kept.action, kept.resource, kept.purpose, kept.environment, kept.decision, kept.reason_code,
            kept.request_id, kept.version, kept.consumer, kept.grant, kept.asker) == (
        "model:fraud-ranker", "serve", POSTCODE, "fraud", "prod", False, "no_grant", "r-12", asking.postcode,
        asking.model, None, asking.cast.owner_b)  # fmt: skip
    assert answer.json()["context"]["evaluation_id"] == str(kept.id)
    assert len(kept.token) == 16
    settings.CHARTER_DECISION_SAMPLE = 1.0
    decided(client, "pay.users.clicks")
    assert Evaluation.objects.filter(is_personal=False).count() == 1


def test_what_cannot_be_logged_is_not_answered(asking: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    def refuse(*_: Any) -> None:
        raise OperationalError("the disk is full")

    monkeypatch.setattr("governance.authorization.keeping.write", refuse)
    grant(asking)
    client = asker(asking)
    client.raise_request_exception = False
    assert client.post(EVALUATION, question()).status_code == 500


def test_one_statement_for_facts_however_many(asking: SimpleNamespace, django_assert_num_queries: Any) -> None:
    from governance.authorization.asked import Asked, Resource, Subject
    from governance.authorization.deciding import decide
    from governance.authorization.keeping import Asker

    bob = type(asking.cast.owner_b).with_standing(asking.cast.owner_b.pk)
    one = Asked(Subject("model", "fraud-ranker"), "serve", Resource("feature", POSTCODE), "fraud", "prod")
    who = Asker(bob.pk, "", "", "evaluation")
    decide([one], bob, who)
    for many in (1, 100):
        with django_assert_num_queries(2):  # facts, and the log
            assert len(decide([one] * many, bob, who)) == many


def test_drafts_are_their_owners(asking: SimpleNamespace) -> None:
    client = asker(asking)
    feature = FeatureFactory(view=asking.view, name="plan", state="draft", owner=asking.cast.payments)
    assert reason(client, feature.key) == (False, "unknown_resource")
    owner = api_as(asking.cast.owner_a, "authz:evaluate")
    alice = {"type": "user", "id": "alice"}
    assert reason(owner, feature.key, subject=alice) == (False, "draft")
    assert reason(owner, feature.key, subject=alice, action="read_metadata") == (True, "open")
    assert reason(owner, feature.key, action="read_metadata") == (False, "not_visible")
    assert reason(owner, feature.key, subject=alice, action="write") == (True, "owner")


def test_roles_see_what_is_restricted(asking: SimpleNamespace) -> None:
    secret = ProjectFactory(name="secret", owner=asking.cast.payments, visibility="restricted")
    feature = FeatureFactory(view=ViewFactory(project=secret, name="stats"), name="size")
    person("vito")
    owner = api_as(asking.cast.owner_a, "authz:evaluate")
    for name, may in (("vito", False), ("alice", True), ("anna", True), ("mia", True)):
        assert decided(owner, feature.key, "read_metadata", {"type": "user", "id": name})["decision"] is may
