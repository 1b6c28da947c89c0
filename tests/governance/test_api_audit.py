"""The audit log over the API: who may read what of it, narrowed and paged, without values that could be somebody's."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from governance.queries.audit import visible_audit
from registry import roles
from registry.actions.people import assign_role
from registry.models import AuditEntry, Feature
from tests.cast import api_as
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory

pytestmark = pytest.mark.django_db
LOG = "/api/v1/audit-log"


def entry(thing: Any, action: str, **fields: Any) -> AuditEntry:
    return AuditEntry.objects.create(
        actor_name="adam", action=action, object_type=thing._meta.model_name, object_id=str(thing.pk),
        object_key=str(getattr(thing, "key", thing)), **fields,
    )  # fmt: skip


@pytest.fixture
def feature(cast: SimpleNamespace) -> Feature:
    """Of a restricted project, owned by Payments."""
    project = ProjectFactory(name="payments", owner=cast.payments, visibility="restricted")
    return FeatureFactory.create(view=ViewFactory(project=project), name="amount")


@pytest.fixture
def log(cast: SimpleNamespace, feature: Feature) -> list[AuditEntry]:
    changes = {"description": ["old", "new"]}
    return [
        entry(feature, "registry.describe_feature", project=feature.project, changes=changes, reason="Clearer"),
        entry(FeatureFactory(owner=cast.risk, name="score"), "registry.describe_feature"),
        entry(cast.member, "registry.assign_role", changes={"roles": [None, "committee"]}),
        entry(cast.payments, "registry.change_team"),
    ]


def ids(client: APIClient, **query: str) -> list[int]:
    return [row["id"] for row in client.get(LOG, query).json()["data"]]


def test_nobody_reads_it_without_signing_in(db: None) -> None:
    assert APIClient().get(LOG).status_code == 401


@pytest.mark.parametrize(
    ("role", "places"),
    [("owner_a", [3, 0]), ("owner_b", [1]), ("member", [2]), ("chair", [2]), ("auditor", [3, 2, 1, 0]),
     ("admin", [3, 2, 1, 0])],
)  # fmt: skip
def test_each_role_reads_what_is_its_business(
    cast: SimpleNamespace, log: list[AuditEntry], role: str, places: list[int]
) -> None:
    assert ids(api_as(getattr(cast, role))) == [log[place].pk for place in places]
    assert set(ids(api_as(getattr(cast, role)))) == set(visible_audit(getattr(cast, role)).values_list("pk", flat=True))


@pytest.mark.parametrize("role", ["viewer", "service"])
def test_those_without_team_and_role_are_refused(cast: SimpleNamespace, log: list[AuditEntry], role: str) -> None:
    answer = api_as(getattr(cast, role)).get(LOG)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert "payments" not in answer.content.decode()


def test_a_service_needs_the_role_and_the_scope(cast: SimpleNamespace, log: list[AuditEntry]) -> None:
    assign_role(cast.service, actor=cast.admin, role=roles.AUDITOR)
    refused = api_as(cast.service, "lineage:write").get(LOG)
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    assert len(ids(api_as(cast.service, "features:read"))) == len(log) + 1


def test_an_entry_says_who_what_when_and_why(cast: SimpleNamespace, log: list[AuditEntry], feature: Feature) -> None:
    row = api_as(cast.owner_a).get(LOG, {"object_key": feature.key}).json()["data"][0]
    assert row == {
        "id": log[0].pk, "at": log[0].at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "actor": "adam", "token": "",
        "action": "registry.describe_feature", "object_type": "feature", "object_key": feature.key,
        "project": "payments", "changes": {"description": ["old", "new"]}, "reason": "Clearer", "request_id": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "places"),
    [({"actor": "ADAM"}, [3, 2, 1, 0]), ({"actor": "eve"}, []), ({"action": "describe"}, [1, 0]),
     ({"object_type": "team"}, [3]), ({"object_type": "tea"}, []), ({"object": "amount"}, [0]),
     ({"object_key": "amount"}, []), ({"project": "payments"}, [0]), ({"since": "2020-01-01"}, [3, 2, 1, 0]),
     ({"until": "2020-01-01"}, []), ({"action": "describe", "project": "payments"}, [0]),
     ({"sort": "id"}, [0, 1, 2, 3])],
)  # fmt: skip
def test_filters_narrow(cast: SimpleNamespace, log: list[AuditEntry], asked: dict[str, str], places: list[int]) -> None:
    assert ids(api_as(cast.auditor), **asked) == [log[place].pk for place in places]


@pytest.mark.parametrize(
    ("asked", "code"),
    [({"since": "soon"}, "invalid"), ({"until": "2026-13-45"}, "invalid"), ({"object": "x" * 700}, "max_length"),
     ({"who": "adam"}, "unknown_parameter"), ({"sort": "actor"}, "unknown_value"), ({"limit": "0"}, "invalid_limit")],
)  # fmt: skip
def test_a_query_that_means_nothing_is_an_error(cast: SimpleNamespace, asked: dict[str, str], code: str) -> None:
    answer = api_as(cast.auditor).get(LOG, asked)
    assert answer.status_code == 400
    assert answer.json()["errors"][0] | {"detail": ""} == {"parameter": [*asked][0], "code": code, "detail": ""}


def test_pages_follow_each_other(cast: SimpleNamespace, log: list[AuditEntry]) -> None:
    client, cursor, found = api_as(cast.auditor), "", []
    while cursor is not None:
        page = client.get(LOG, {"limit": "3", "cursor": cursor} if cursor else {"limit": "3"}).json()
        found += [row["id"] for row in page["data"]]
        cursor = page["next_cursor"]
    assert found == [one.pk for one in reversed(log)]


def test_values_of_personal_features_are_not_shown(cast: SimpleNamespace) -> None:
    personal = FeatureFactory.create(privacy_class="direct-identifier", name="email", owner=cast.payments)
    for thing in (personal, personal.versions.get()):
        entry(thing, "registry.change_version", changes={"default": ["ann@example.org", "b"], "unit": ["", "m"]})
    entry(FeatureFactory(), "registry.change_version", changes={"default": [1, 41.87]})
    for query in ({}, {"format": "csv"}, {"fields": "changes"}):
        answer = api_as(cast.auditor).get(LOG, query)
        shown = answer.getvalue().decode() if "csv" in query.values() else answer.content.decode()
        assert "example.org" not in shown
        assert shown.count("hidden, personal data") == 2
        assert "41.87" in shown
    assert api_as(cast.owner_a).get(LOG).json()["data"][0]["changes"]["unit"] == ["", "m"]


def test_a_spreadsheet_has_every_row_and_no_formulas(cast: SimpleNamespace, log: list[AuditEntry]) -> None:
    entry(cast.payments, "registry.change_team", reason="=HYPERLINK(1)")
    sheet = api_as(cast.auditor).get(LOG, {"format": "csv"}).getvalue().decode()
    assert len(sheet.strip().splitlines()) == 1 + len(log) + 1
    assert "'=HYPERLINK(1)" in sheet


@pytest.mark.parametrize("verb", ["post", "put", "patch", "delete"])
def test_nobody_writes_it(cast: SimpleNamespace, log: list[AuditEntry], verb: str) -> None:
    before = AuditEntry.objects.count()
    answer = getattr(api_as(cast.admin, "features:read", "features:write", "admin"), verb)(LOG, {}, format="json")
    assert answer.status_code == 405
    assert AuditEntry.objects.count() == before


def test_twenty_entries_take_as_many_statements_as_one(cast: SimpleNamespace, feature: Feature) -> None:
    client, counts = api_as(cast.owner_a), []
    for more in (1, 19):
        for _ in range(more):
            entry(feature, "registry.describe_feature", project=feature.project)
        with CaptureQueriesContext(database) as queries:
            assert client.get(LOG, {"object_key": feature.key}).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 3


def test_the_address_is_the_documented_one() -> None:
    assert reverse("api:audit-log") == LOG
