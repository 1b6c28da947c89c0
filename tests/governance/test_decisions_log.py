"""The log of decisions: who reads it, as a page, as CSV and from the API; what is kept, and that nothing changes it."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import Error, transaction

from governance.authorization.keeping import forget
from governance.models import Evaluation
from tests.cast import api_as, page_as
from tests.factories import ConsumerFactory, FeatureFactory, ProjectFactory
from tests.governance.machines import asker, decided, grant

pytestmark = pytest.mark.django_db
PAGE, API = "/audit/decisions/", "/api/v1/decisions"


@pytest.fixture
def log(asking: SimpleNamespace) -> SimpleNamespace:
    """Bob asks about postcode, twice; Alice about the mail address of her own team, for a job of nobody."""
    asking.held = grant(asking)
    client = asker(asking)
    decided(client)
    decided(client, environment="dev", purpose="marketing")
    ConsumerFactory(kind="job", name="mailer")
    alice = api_as(asking.cast.owner_a, "authz:evaluate")
    decided(alice, "pay.users.email", subject={"type": "job", "id": "mailer"})
    return asking


SEEN = {
    "viewer": None, "owner_a": 3, "owner_b": 2, "member": 3, "chair": 3, "auditor": 3, "admin": 3, "service": None,
}  # fmt: skip


@pytest.mark.parametrize(("role", "rows"), SEEN.items())
def test_who_reads_what(log: SimpleNamespace, role: str, rows: int | None) -> None:
    user = getattr(log.cast, role)
    page, api = page_as(user).get(PAGE), api_as(user, "features:read").get(API)
    if rows is None:
        assert (page.status_code, api.status_code) == (403, 403)
        return
    assert page.content.decode().count("<tr data-row") == rows
    assert len(api.json()["data"]) == rows


def test_narrowed_and_as_csv(log: SimpleNamespace) -> None:
    anna = page_as(log.cast.auditor)
    for query, rows in (
        ("subject=model:fraud-ranker", 2), ("resource=pay.users.email", 1), ("purpose=marketing", 1),
        ("decision=true", 1), ("decision=false", 2), ("reason_code=granted", 1), ("since=2000-01-01", 3),
        ("until=2000-01-01", 0), ("subject=nobody", 0),
    ):  # fmt: skip
        assert anna.get(f"{PAGE}?{query}").content.decode().count("<tr data-row") == rows, query
        assert len(api_as(log.cast.auditor, "features:read").get(f"{API}?{query}").json()["data"]) == rows, query
    assert anna.get(f"{PAGE}?since=never").status_code == 422
    lines = b"".join(anna.get(f"{PAGE}?format=csv&decision=true").streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 2
    assert str(log.held) in lines[1]
    text = anna.get(PAGE).content.decode()
    assert f"/grants/{log.held}/" in text


def test_nothing_changes_a_decision(log: SimpleNamespace) -> None:
    forget(datetime.now(UTC))
    decided(asker(log))
    for change in (
        lambda: Evaluation.objects.update(decision=True), lambda: Evaluation.objects.filter(decision=True).delete(),
    ):  # fmt: skip
        with pytest.raises(Error, match="never changed"), transaction.atomic():
            change()


def test_months_come_and_go(log: SimpleNamespace, settings: Any) -> None:
    settings.CHARTER_DECISION_RETENTION_MONTHS = 2
    now = datetime.now(UTC)
    assert f"governance_evaluation_{now:%Y%m}" in forget(now)["made"]
    assert Evaluation.objects.count() == 3  # moved out of the default partition
    later = datetime(now.year + 1, now.month, 1, tzinfo=UTC)
    assert f"governance_evaluation_{now:%Y%m}" in forget(later)["dropped"]
    assert not Evaluation.objects.exists()


def test_queries_of_the_page_do_not_grow(log: SimpleNamespace, django_assert_max_num_queries: Any) -> None:
    FeatureFactory(view__project=ProjectFactory())
    client = asker(log)
    for _ in range(20):
        decided(client)
    anna = page_as(log.cast.auditor)
    anna.get(PAGE)
    with django_assert_max_num_queries(6):
        anna.get(PAGE)
