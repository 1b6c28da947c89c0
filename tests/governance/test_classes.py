"""Suggestions of classes: made from what flows, decided by whom they wait for, and not made twice."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from governance.actions.classing import accept_class, decline_class
from governance.actions.suggesting import suggest_classes
from governance.models import ClassSuggestion, SuggestionState
from governance.queries.classes import why
from governance.tasks import suggest_classes as task
from governance.weighing import Verdict, weighed
from lineage.actions.bridging import bridge_changed
from registry.models import AuditEntry, Feature, FeatureView, Version
from registry.personal import PERSONAL
from tests.factories import ConnectionFactory, FeatureFactory, ProjectFactory, SourceFactory, ViewFactory
from tests.lineage.orders import RAW, make_orders
from tests.lineage.personal import mailed, tagged
from tests.lineage.sent import captured_files, tell

pytestmark = pytest.mark.django_db
EMAIL = "shop.order_stats.email"


@pytest.fixture
def world(cast: SimpleNamespace) -> SimpleNamespace:
    """An address of raw orders that is made into a feature of payments."""
    made = make_orders(cast)
    mailed(made)
    return made


def suggested(world: SimpleNamespace, said: str = "direct-identifier", masking: bool | None = None) -> ClassSuggestion:
    if masking is not None:
        mailed(world, masking, at="2026-11-20T14:00:00Z")
    tell(tagged(RAW, ("pii_class" if said != "true" else "pii", said, "email")))
    task()
    return ClassSuggestion.objects.with_feature().get(feature__key=EMAIL)


def classify(privacy_class: str, key: str = EMAIL) -> None:
    """As a plan would have it."""
    Version.objects.filter(feature__key=key).update(privacy_class=privacy_class, purposes=["fraud"])
    Feature.objects.filter(key=key).update(privacy_class=privacy_class)


def refused(work: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught:
        work()
    return dict(caught.value.message_dict)


RAISED, AGAINST, LOWERED = Verdict(), Verdict(is_against=True), Verdict(is_lowering=True)


@pytest.mark.parametrize(
    ("current", "known", "is_masked", "verdict"),
    [
        ("", PERSONAL, False, RAISED), ("", "pseudonymous", True, RAISED), ("", "special-category", False, RAISED),
        ("none", PERSONAL, False, AGAINST), ("none", "pseudonymous", True, AGAINST),
        ("pseudonymous", "direct-identifier", False, AGAINST), ("quasi-identifier", "special-category", False, AGAINST),
        ("pseudonymous", PERSONAL, False, None), ("special-category", PERSONAL, False, None),
        ("direct-identifier", "direct-identifier", False, None), ("pseudonymous", "pseudonymous", True, None),
        ("direct-identifier", "quasi-identifier", False, None), ("special-category", "pseudonymous", False, None),
        ("direct-identifier", "pseudonymous", True, LOWERED), ("quasi-identifier", "pseudonymous", True, LOWERED),
    ],
)  # fmt: skip
def test_when_a_class_is_suggested(current: str, known: str, is_masked: bool, verdict: Verdict | None) -> None:
    assert weighed(current, known, is_masked=is_masked) == verdict


def test_it_says_why(world: SimpleNamespace) -> None:
    row = suggested(world)
    assert (row.privacy_class, row.sure, row.waits_for, row.is_against) == (
        "direct-identifier",
        "suspected",
        "owner",
        False,
    )
    told = why(row, world.cast.viewer)
    assert told.claim == "The column is tagged pii_class=direct-identifier. Its name says “email”."
    assert [(step.node and step.node.label, step.column, step.told) for step in told.steps] == [
        ("raw.orders", "email", ""), ("clean.orders", "email", "masking unknown"), ("order_stats", "email", "view"),
    ]  # fmt: skip


def test_the_same_again_changes_nothing(world: SimpleNamespace) -> None:
    row = suggested(world)
    assert suggest_classes() == {"new": 0, "changed": 0, "gone": 0}
    assert ClassSuggestion.objects.get().pk == row.pk


def test_it_follows_what_is_told(world: SimpleNamespace) -> None:
    row = suggested(world)
    tell(tagged(RAW, ("pii_class", "special-category", "email"), at="2026-11-20T15:00:00Z"))
    task()
    row.refresh_from_db()
    assert (row.privacy_class, row.state) == ("special-category", "open")
    tell(tagged(RAW, at="2026-11-20T16:00:00Z"))
    task()
    row.refresh_from_db()
    assert (row.kind, row.privacy_class, row.confidence) == ("name", "direct-identifier", 0.8)
    classify("direct-identifier")
    task()
    row.refresh_from_db()
    assert row.state == SuggestionState.GONE


def test_the_owner_accepts(world: SimpleNamespace) -> None:
    row = suggested(world)
    accept_class(row, actor=world.cast.owner_a, purposes=["fraud"], reason="It is an address.")
    feature = Feature.objects.get(key=EMAIL)
    version = feature.versions.get()
    assert (feature.privacy_class, version.privacy_class, version.purposes) == (
        "direct-identifier", "direct-identifier", ["fraud"],
    )  # fmt: skip
    row.refresh_from_db()
    assert (row.state, row.decided_by, row.reason) == ("accepted", world.cast.owner_a, "It is an address.")
    entries = {one.action: one for one in AuditEntry.objects.order_by("id")}
    assert entries["governance.accept_class"].changes["privacy_class"] == ["", "direct-identifier"]
    assert entries["governance.accept_class"].object_id == row.public_id
    assert entries["registry.classify_version"].reason == f"{row.public_id} It is an address."
    assert suggest_classes() == {"new": 0, "changed": 0, "gone": 0}


def test_personal_data_needs_a_purpose(world: SimpleNamespace) -> None:
    row = suggested(world)
    assert list(refused(lambda: accept_class(row, actor=world.cast.owner_a))) == ["purposes"]
    row.refresh_from_db()
    assert row.state == "open"
    assert not AuditEntry.objects.filter(action="governance.accept_class").exists()


@pytest.mark.parametrize("said", ["", "none", PERSONAL])
def test_who_accepts_says_which_class_where_nobody_told(world: SimpleNamespace, said: str) -> None:
    row = suggested(world, "true")
    assert row.privacy_class == PERSONAL
    how = {"actor": world.cast.owner_a, "purposes": ["fraud"]}
    assert list(refused(lambda: accept_class(row, privacy_class=said, **how))) == ["privacy_class"]
    accept_class(row, privacy_class="quasi-identifier", **how)
    assert Feature.objects.get(key=EMAIL).privacy_class == "quasi-identifier"


def test_another_class_than_the_suggested_one_is_none(world: SimpleNamespace) -> None:
    row = suggested(world)
    with pytest.raises(ValidationError, match="Decline it"):
        accept_class(row, actor=world.cast.owner_a, privacy_class="pseudonymous", purposes=["fraud"])


@pytest.mark.parametrize("who", ["viewer", "owner_b", "auditor", "admin", "member", "service"])
def test_more_is_the_owners_to_say(world: SimpleNamespace, who: str) -> None:
    row = suggested(world)
    for work in (
        lambda actor: accept_class(row, actor=actor, purposes=["fraud"]),
        lambda actor: decline_class(row, actor=actor, reason="It is no address at all."),
    ):
        with pytest.raises(PermissionDenied):
            work(getattr(world.cast, who))
    assert row in ClassSuggestion.objects.waiting_for(world.cast.owner_a)
    assert row not in ClassSuggestion.objects.waiting_for(getattr(world.cast, who))


def test_a_masked_copy_is_less_and_the_committees_to_say(world: SimpleNamespace) -> None:
    classify("direct-identifier")
    row = suggested(world, masking=True)
    assert (row.privacy_class, row.is_masked, row.is_lowering, row.waits_for) == (
        "pseudonymous",
        True,
        True,
        "committee",
    )
    for who in (world.cast.owner_a, world.cast.viewer, world.cast.admin, world.cast.auditor):
        with pytest.raises(PermissionDenied):
            accept_class(row, actor=who)
    assert row in ClassSuggestion.objects.waiting_for(world.cast.member)
    accept_class(row, actor=world.cast.member, reason="The job hashes it with a salt.")
    assert Feature.objects.get(key=EMAIL).privacy_class == "pseudonymous"


def test_nobody_on_the_committee_lowers_for_the_own_team(world: SimpleNamespace) -> None:
    classify("direct-identifier")
    row = suggested(world, masking=True)
    world.cast.member.memberships.create(team=world.cast.payments)
    member = type(world.cast.member).objects.get(pk=world.cast.member.pk)
    with pytest.raises(PermissionDenied):
        accept_class(row, actor=member)
    assert row not in ClassSuggestion.objects.waiting_for(member)
    accept_class(row, actor=world.cast.chair)


def test_what_nobody_answers_for_is_the_committees(world: SimpleNamespace) -> None:
    row = suggested(world)
    Feature.objects.update(owner=None)
    FeatureView.objects.update(owner=None)
    type(row.feature.project).objects.update(owner=None)
    row = ClassSuggestion.objects.with_feature().get(pk=row.pk)
    assert row.waits_for == "committee"
    assert row in ClassSuggestion.objects.waiting_for(world.cast.member)
    with pytest.raises(PermissionDenied):
        accept_class(row, actor=world.cast.owner_a, purposes=["fraud"])
    accept_class(row, actor=world.cast.member, purposes=["fraud"])


def test_a_declined_one_comes_back_only_with_another_claim_or_path(world: SimpleNamespace) -> None:
    row = suggested(world)
    assert list(refused(lambda: decline_class(row, actor=world.cast.owner_a, reason="no"))) == ["reason"]
    decline_class(row, actor=world.cast.owner_a, reason="The column holds test addresses.")
    assert AuditEntry.objects.get(action="governance.decline_class").reason == "The column holds test addresses."
    assert suggest_classes()["new"] == 0
    classify("none")
    assert suggest_classes()["new"] == 0
    mailed(world, False, at="2026-11-20T15:00:00Z")
    task()
    again = ClassSuggestion.objects.get(feature__key=EMAIL, state="open")
    assert again.is_against
    mailed(world, at="2026-11-20T16:00:00Z")
    task()
    again.refresh_from_db()
    assert again.state == SuggestionState.GONE  # it is the declined one again


def test_lowered_against_the_flow(world: SimpleNamespace) -> None:
    row = suggested(world)
    accept_class(row, actor=world.cast.owner_a, purposes=["fraud"])
    classify("none")
    assert suggest_classes()["new"] == 1
    again = ClassSuggestion.objects.with_feature().get(state="open")
    assert again.is_against
    accept_class(again, actor=world.cast.owner_a)
    assert Feature.objects.get(key=EMAIL).privacy_class == "direct-identifier"


def test_what_changed_meanwhile_is_not_decided(world: SimpleNamespace) -> None:
    row = suggested(world)
    classify("special-category")
    assert list(refused(lambda: accept_class(row, actor=world.cast.owner_a, purposes=["fraud"]))) == ["suggestion"]
    suggest_classes()
    stale = refused(lambda: decline_class(row, actor=world.cast.owner_a, reason="It is no address at all."))
    assert "no longer so" in stale["suggestion"][0]


def test_a_file_holds_its_classes(world: SimpleNamespace) -> None:
    row = suggested(world)
    FeatureView.objects.filter(name="order_stats").update(file="github.com/shop/features#order_stats.yaml")
    said = refused(lambda: accept_class(row, actor=world.cast.owner_a, purposes=["fraud"]))
    assert "order_stats.yaml" in said["suggestion"][0]
    row.refresh_from_db()
    decline_class(row, actor=world.cast.owner_a, reason="The file says what it is.")


def test_what_is_hidden_is_not_named(world: SimpleNamespace) -> None:
    """The class of a feature of a restricted project speaks for the column that both are made of."""
    classify("special-category", "secret.scores.score")
    twin = world.view.features.create(
        project=world.view.project, name="score", key="shop.order_stats.score", dtype="float64", state="active"
    )
    twin.versions.create(number=1, dtype="float64", state="active")
    bridge_changed()
    task()
    row = ClassSuggestion.objects.get(feature=twin)
    assert (row.kind, row.sure) == ("feature", "possible")
    assert "secret.scores.score" in why(row, world.cast.owner_a).claim
    told = why(row, world.cast.viewer)
    assert told.claim == "A feature that you do not see says so."
    assert "secret" not in str(told)


def test_suggestions_about_hidden_features_are_hidden(world: SimpleNamespace) -> None:
    Feature.objects.filter(key="secret.scores.score").update(tags=["pii"])
    task()
    row = ClassSuggestion.objects.get(feature__key="secret.scores.score")
    assert row in ClassSuggestion.objects.visible_to(world.cast.owner_a)
    assert row in ClassSuggestion.objects.visible_to(world.cast.member)
    assert row not in ClassSuggestion.objects.visible_to(world.cast.viewer)


def test_what_feast_and_dbt_really_send(cast: SimpleNamespace, real_inputs: Path) -> None:
    """Feast tags the feature in its description; dbt tags the model that its source is."""
    store = ConnectionFactory()
    project = ProjectFactory(name="credit", owner=cast.payments, upstream_name="credit")
    source = SourceFactory(project=project, name="txn_src", kind="file", location="/nowhere/txn.parquet")
    view = ViewFactory(project=project, name="customer_txn", source=source, connection=store)
    for name in ("avg_amt_7d", "email"):
        FeatureFactory(view=view, name=name)
    sent = captured_files(real_inputs)
    bridge_changed()
    tell(*sent["feast"], *sent["dbt"])
    bridge_changed()
    task()
    row = ClassSuggestion.objects.with_feature().get()
    assert (row.feature.key, row.privacy_class, row.sure) == ("credit.customer_txn.email", PERSONAL, "stated")
    assert why(row, cast.viewer).claim == "The description of the column is tagged pii=true."
