"""The review that starts with each quarter: where the committee says so, once, and never by surprise."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from governance.actions import recertifying
from governance.actions.recertifying import cancel_review, quarter_of, start_quarterly
from governance.models import Committee, Grant, Recertification
from governance.tasks import start_quarterly_review
from registry.models import AuditEntry
from tests.cast import api_as, page_as
from tests.governance.reviewing import begin, make_reviewing

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(cast: SimpleNamespace) -> SimpleNamespace:
    return make_reviewing(cast)


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Today is another day."""

    def set_day(day: str) -> None:
        now = datetime.fromisoformat(day).replace(hour=3, tzinfo=UTC)
        monkeypatch.setattr(recertifying.timezone, "now", lambda: now)

    return set_day


def wanted(**said: Any) -> None:
    Committee.objects.update_or_create(pk=1, defaults={"reviews_quarterly": True, "days_to_review": 21} | said)


@pytest.mark.parametrize(
    ("day", "name", "first"),
    [("2026-01-01", "2026 Q1", "2026-01-01"), ("2026-03-31", "2026 Q1", "2026-01-01"),
     ("2026-11-30", "2026 Q4", "2026-10-01"), ("2027-07-01", "2027 Q3", "2027-07-01")],
)  # fmt: skip
def test_quarters(day: str, name: str, first: str) -> None:
    assert quarter_of(date.fromisoformat(day)) == (name, date.fromisoformat(first))


def test_it_is_off_until_somebody_says_so(made: SimpleNamespace, on: Any) -> None:
    on("2027-01-01")
    assert start_quarterly() is None
    wanted(reviews_quarterly=False)
    assert start_quarterly_review() == ""


def test_once_a_quarter_even_where_it_was_called_off(made: SimpleNamespace, on: Any) -> None:
    wanted()
    on("2027-01-01")
    row = start_quarterly()
    assert row is not None
    assert (row.title, row.started_by, row.due_at.date()) == ("2027 Q1", None, date(2027, 1, 22))
    assert row.items.count() == Grant.objects.active().count() > 0
    assert AuditEntry.objects.get(action="governance.start_review").actor_name == "system"
    assert start_quarterly() is None
    cancel_review(row, actor=made.cast.chair, reason="We do it next month instead.")
    assert start_quarterly() is None
    with pytest.raises(IntegrityError), transaction.atomic():
        Recertification.objects.create(quarter="2027 Q1", title="a", due_at=row.due_at, started_at=row.started_at)
    on("2027-04-02")
    assert start_quarterly_review() != ""


@pytest.mark.parametrize(("day", "starts"), [("2027-01-14", True), ("2027-01-15", False), ("2027-03-31", False)])
def test_not_in_the_middle_of_a_quarter(made: SimpleNamespace, on: Any, day: str, starts: bool) -> None:
    wanted()
    on(day)
    assert (start_quarterly() is not None) is starts


def test_nothing_to_look_at_is_no_error(made: SimpleNamespace, on: Any) -> None:
    wanted()
    begin(made)  # looks at everything already
    on("2027-01-01")
    assert start_quarterly() is None
    assert Recertification.objects.count() == 1


def test_the_committee_says_so_on_its_page_and_by_program(made: SimpleNamespace) -> None:
    mia = api_as(made.cast.member, "features:read", "access:decide")
    read = mia.get("/api/v1/committee")
    assert (read.json()["reviews_quarterly"], read.json()["days_to_review"]) == (False, 28)
    body, tag = {"reviews_quarterly": True, "days_to_review": 21}, {"If-Match": read["ETag"]}
    assert mia.patch("/api/v1/committee", body, format="json", headers=tag).json()["reviews_quarterly"] is True
    any_state = {"If-Match": "*"}
    assert mia.patch("/api/v1/committee", {"days_to_review": 3}, format="json", headers=any_state).status_code == 422
    page = page_as(made.cast.viewer).get("/committee/").content.decode()
    assert "from the first day of each quarter, for 21 days" in page
    said = {"charge": "", "quorum": 1, "days_to_decide": 2, "days_unanswered": 14, "days_to_review": 30}
    page_as(made.cast.member).post("/committee/", said)
    assert (Committee.objects.get().reviews_quarterly, Committee.objects.get().days_to_review) == (False, 30)
    assert AuditEntry.objects.filter(action="governance.change_committee").count() == 2
