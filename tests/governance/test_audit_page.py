"""The audit log by role: whose entries one reads, how they are narrowed and shown, and how they leave as CSV."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse

from governance.queries.audit import visible_audit
from registry.actions.connections import change_connection
from registry.actions.people import add_member, assign_role, remove_member
from registry.actions.pulls import request_pull
from registry.models import AuditEntry, Feature
from tests.cast import page_as
from tests.factories import ConnectionFactory, FeatureFactory, ProjectFactory, ViewFactory

pytestmark = pytest.mark.django_db
ROLES = ("viewer", "owner_a", "owner_b", "member", "chair", "auditor", "admin")


def entry(thing: Any, action: str, **fields: Any) -> AuditEntry:
    return AuditEntry.objects.create(
        actor_name="adam", action=action, object_type=thing._meta.model_name, object_id=str(thing.pk),
        object_key=str(getattr(thing, "key", thing)), **fields,
    )  # fmt: skip


@pytest.fixture
def feature(cast: SimpleNamespace) -> Feature:
    """Owned by Payments through its project alone."""
    view = ViewFactory(project=ProjectFactory(name="payments", owner=cast.payments), owner=None)
    return FeatureFactory(view=view, owner=None)


@pytest.fixture
def log(cast: SimpleNamespace, feature: Feature) -> SimpleNamespace:
    return SimpleNamespace(
        own=entry(
            feature, "registry.describe_feature", project=feature.project, changes={"description": ["old", "new"]}
        ),
        version=entry(feature.versions.get(), "registry.change_version"),
        other=entry(FeatureFactory(owner=cast.risk), "registry.describe_feature"),
        role=entry(cast.member, "registry.assign_role", changes={"roles": [None, "committee"]}),
        token=AuditEntry.objects.create(
            actor_name="adam", action="registry.create_token", object_type="accesstoken", object_id="355ecfe8f5f56277"
        ),
    )


SEEN = {
    "viewer": set(),
    "owner_a": {"own", "version"},
    "owner_b": {"other"},
    "member": {"role"},
    "chair": {"role"},
    "auditor": {"own", "version", "other", "role", "token"},
    "admin": {"own", "version", "other", "role", "token"},
}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_reads_what_is_its_business(cast: SimpleNamespace, log: SimpleNamespace, role: str) -> None:
    seen = set(visible_audit(getattr(cast, role)))
    assert {name for name, one in vars(log).items() if one in seen} == SEEN[role]


@pytest.mark.parametrize("role", ROLES)
def test_the_page_and_the_spreadsheet_agree(cast: SimpleNamespace, log: SimpleNamespace, role: str) -> None:
    client = page_as(getattr(cast, role))
    page, sheet = (client.get(reverse("governance:audit"), query) for query in ({}, {"format": "csv"}))
    if role == "viewer":
        assert (page.status_code, sheet.status_code) == (403, 403)
        return
    assert len(page.context["rows"]) == visible_audit(getattr(cast, role)).count()
    assert len(sheet.getvalue().decode().strip().splitlines()) - 1 == len(page.context["rows"])


def test_rights_end_with_membership_and_with_ownership(cast: SimpleNamespace, log: SimpleNamespace) -> None:
    add_member(cast.payments, actor=None, user=cast.viewer)
    assert log.own in visible_audit(type(cast.viewer).objects.get(pk=cast.viewer.pk))
    remove_member(cast.payments, actor=None, user=cast.viewer)
    assert log.own not in visible_audit(type(cast.viewer).objects.get(pk=cast.viewer.pk))
    log.own.project.owner = cast.risk
    log.own.project.save()
    assert log.own not in visible_audit(cast.owner_a)
    assert log.own in visible_audit(cast.owner_b)


def test_somebody_who_left_reads_nothing(cast: SimpleNamespace, log: SimpleNamespace) -> None:
    cast.auditor.is_active = False
    assert not visible_audit(cast.auditor).exists()


def test_the_team_of_a_connection_reads_its_pulls(cast: SimpleNamespace) -> None:
    connection = ConnectionFactory(owner=cast.payments)
    request_pull(connection, kind="definitions", actor=cast.admin)
    change_connection(connection, actor=cast.admin, name="Renamed")
    actions = {"registry.pull_connection", "registry.change_connection"}
    assert set(visible_audit(cast.owner_a).values_list("action", flat=True)) == actions
    assert not visible_audit(cast.owner_b).exists()


@pytest.mark.parametrize(
    ("asked", "found"),
    [({"actor": "ADAM"}, 5), ({"actor": "eve"}, 0), ({"action": "describe"}, 2), ({"project": "payments"}, 1),
     ({"object": "payments."}, 2), ({"since": "2020-01-01", "until": "2020-01-02"}, 0), ({"since": "2020-01-01"}, 5),
     ({"action": "describe", "project": "payments"}, 1), ({"object": "%"}, 0)],
)  # fmt: skip
def test_filters_narrow(cast: SimpleNamespace, log: SimpleNamespace, asked: dict[str, str], found: int) -> None:
    assert len(page_as(cast.auditor).get(reverse("governance:audit"), asked).context["rows"]) == found


@pytest.mark.parametrize(
    "asked",
    [{"actor": "a\x00"}, {"object": "x" * 10_000}, {"since": "soon"}, {"until": "2026-13-45"}, {"project": "\x00"}],
)
def test_a_filter_that_means_nothing_is_said_to(cast: SimpleNamespace, log: SimpleNamespace, asked: Any) -> None:
    for query in (asked, asked | {"format": "csv"}):
        answer = page_as(cast.auditor).get(reverse("governance:audit"), query)
        assert answer.status_code == 422
        assert not answer.context["rows"]


def test_changes_are_shown_as_differences_and_as_text(cast: SimpleNamespace, feature: Feature) -> None:
    entry(
        feature, "registry.describe_feature", changes={"description": ["<b>old</b>", "new"], "tags": [[], ["a", "b"]]}
    )
    shown = page_as(cast.auditor).get(reverse("governance:audit")).content.decode()
    assert "<del>&lt;b&gt;old&lt;/b&gt;</del><ins>new</ins>" in shown
    assert "<ins>a, b</ins>" in shown


def test_values_of_personal_features_are_not_shown(cast: SimpleNamespace) -> None:
    personal = FeatureFactory(privacy_class="direct-identifier", name="email")
    for thing in (personal, personal.versions.get()):
        entry(thing, "registry.change_version", changes={"default": ["ann@example.org", "bob@example.org"]})
    plain = FeatureFactory()
    entry(plain, "registry.change_version", changes={"default": [1, 41.87]})
    client = page_as(cast.auditor)
    for answer in (client.get(reverse("governance:audit")).content,
                   client.get(reverse("governance:audit"), {"format": "csv"}).getvalue()):  # fmt: skip
        assert b"example.org" not in answer
        assert b"hidden, personal data" in answer
        assert b"41.87" in answer


def test_a_formula_stays_text_in_a_spreadsheet(cast: SimpleNamespace, feature: Feature) -> None:
    entry(feature, "registry.describe_feature", reason="=HYPERLINK(1)")
    sheet = page_as(cast.auditor).get(reverse("governance:audit"), {"format": "csv"}).getvalue().decode()
    assert "'=HYPERLINK(1)" in sheet


def test_pages_follow_each_other_without_gaps(cast: SimpleNamespace, feature: Feature) -> None:
    for _ in range(55):
        entry(feature, "registry.describe_feature")
    client = page_as(cast.auditor)
    first = client.get(reverse("governance:audit"), {"action": "describe"})
    rest = client.get(reverse("governance:audit"), {"action": "describe", "after": first.context["after"]})
    numbers = [one.pk for one, _ in (*first.context["rows"], *rest.context["rows"])]
    assert (len(numbers), numbers) == (55, sorted(numbers, reverse=True))


def test_a_role_given_is_a_governance_event(cast: SimpleNamespace) -> None:
    assign_role(cast.viewer, actor=cast.admin, role="auditor")
    assert visible_audit(cast.member).get().action == "registry.assign_role"


@pytest.mark.parametrize("count", [1, 20])
@pytest.mark.parametrize("role", ["owner_a", "auditor"])
def test_the_log_takes_as_many_queries_for_one_as_for_twenty(
    cast: SimpleNamespace, feature: Feature, django_assert_max_num_queries: Any, count: int, role: str
) -> None:
    for _ in range(count):
        entry(feature, "registry.describe_feature", project=feature.project)
    client = page_as(getattr(cast, role))
    client.get("/teams/")
    with django_assert_max_num_queries(6):
        client.get(reverse("governance:audit"))
