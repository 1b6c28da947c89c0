"""Values of personal features appear nowhere, and what is restricted is named to nobody who may not see it.

The demo's real store is pulled, measured and asked for; then the whole database, every log line, and pages and exports
as different people see them are searched for values of its personal columns and for names of its restricted project.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
import structlog
from django.db import connection as database
from django.urls import Resolver404, resolve

from governance.models import ClassSuggestion
from governance.tasks import suggest_classes
from monitoring.models import SampledKind
from monitoring.tasks import pull_measurements
from portal.demo import seed
from portal.demo_access import seed_access
from registry.actions.pulls import request_pull
from registry.choices import PullKind
from registry.models import Connection, Feature, Pull, User
from registry.tasks import pull_definitions
from tests.cast import api_as, page_as
from tests.governance.asking import usual_policies

pytestmark = pytest.mark.django_db

# Columns whose values are found nowhere else: a postcode could be a number of anything.
PERSONAL = {"customer_contact": ("full_name", "email", "mobile_phone"), "customer_profile": ("birth_date",)}
RESTRICTED = ("customer_contact", "customer_profile", "home_postcode", "customer_disruption_daily", "goodwill_offer")
A_KIND, MOST_PAGES = 3, 150
_LINK = re.compile(rb'(?:href|hx-get)="(/[^"#]*)')
EXPORTS = ("/requests/?format=csv", "/grants/?of=all&format=csv", "/audit/?format=csv", "/classes/?format=csv",
           "/search?q=customer&format=csv", "/health/?format=csv")  # fmt: skip
READS = ("features?q=email&expand=owner,health,consumers", "views", "search?q=postcode", "search/suggest?q=post",
         "audit-log", "defaults/batch-get", "lineage/graph?node=people.customer_contact", "events?after=0")  # fmt: skip


@pytest.fixture
def lines() -> Iterator[list[dict[str, Any]]]:
    with structlog.testing.capture_logs() as kept:
        yield kept


@pytest.fixture
def demo(db: None, tmp_path: Path, settings: Any, lines: list[dict[str, Any]]) -> SimpleNamespace:
    settings.CHARTER_HOME = str(tmp_path)
    usual_policies()
    seed()
    connection = Connection.objects.get(slug="demo-feast")
    pull_definitions(Pull.objects.get(connection=connection, kind=PullKind.DEFINITIONS).pk)
    _measure_unclassified(connection)
    assert seed_access()
    suggest_classes()
    return SimpleNamespace(folder=tmp_path / "demo", lines=lines)


def _measure_unclassified(connection: Connection) -> None:
    """As if nobody had said that it is personal, so that values are looked at to tell their kind."""
    rows = Feature.objects.filter(view__name__in=PERSONAL)
    classes = dict(rows.values_list("pk", "privacy_class"))
    rows.update(privacy_class="")
    pull_measurements(request_pull(connection, kind=PullKind.MEASUREMENTS, actor=None).pk)
    for pk, privacy_class in classes.items():
        rows.filter(pk=pk).update(privacy_class=privacy_class if privacy_class != "direct-identifier" else "")
    kinds = set(SampledKind.objects.values_list("feature__name", "kind"))
    assert {("email", "email"), ("mobile_phone", "phone")} <= kinds


def values(demo: SimpleNamespace) -> set[str]:
    """Every value of the personal columns, as the store holds them."""
    [folder] = demo.folder.rglob("customer_contact.parquet")
    found = set()
    for table, columns in PERSONAL.items():
        for column in columns:
            rows = duckdb.sql(f"SELECT DISTINCT {column} FROM '{folder.parent}/{table}.parquet'")  # noqa: S608  ours
            found |= {str(value) for (value,) in rows.fetchall() if value is not None}
    assert len(found) > 100
    return found


def tables() -> Iterator[tuple[str, str]]:
    """Each table with all that it holds, as text; partitions are read through what they are parts of."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition "
            "AND relnamespace = 'public'::regnamespace"
        )
        names = [name for (name,) in cursor.fetchall()]
        for name in names:
            cursor.execute(f'SELECT row_to_json(held)::text FROM "{name}" held')  # noqa: S608  from the catalogue
            yield name, "\n".join(row for (row,) in cursor.fetchall())


def crawled(user: User) -> Iterator[tuple[str, bytes]]:
    """Pages from the home page on, by every link: a few of each kind."""
    client, waiting, kinds = page_as(user), ["/", "/search?q=customer", "/search?q=email", *EXPORTS], Counter[str]()
    seen = set(waiting)
    while waiting and kinds.total() < MOST_PAGES:
        address = waiting.pop(0)
        try:
            kind = resolve(address.partition("?")[0]).view_name
        except Resolver404:
            continue
        if kinds[kind] >= A_KIND and address not in EXPORTS:
            continue
        kinds[kind] += 1
        answer = client.get(address)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[arg-type]
        yield address, body
        found = {link.decode().replace("&amp;", "&") for link in _LINK.findall(body)}
        waiting += sorted(found - seen)
        seen |= found


def held_in(text: str, markers: set[str]) -> set[str]:
    return {one for one in markers if one in text}


def test_what_is_personal_or_restricted_stays_hidden(demo: SimpleNamespace) -> None:
    """One test for both: pulling and measuring the store takes longer than looking."""
    _no_value_is_anywhere(demo)
    _nothing_restricted_is_named(User.objects.get(username="vera"))


def _no_value_is_anywhere(demo: SimpleNamespace) -> None:
    markers = values(demo)
    assert ClassSuggestion.objects.open().filter(kind="values").exists()
    found = {name: held_in(text, markers) for name, text in tables()}
    assert {name: some for name, some in found.items() if some} == {}
    assert held_in(json.dumps(demo.lines, default=str), markers) == set()
    for name in ("bob", "anna"):  # who owns it, and who audits it
        user = User.objects.get(username=name)
        for address, body in crawled(user):
            assert held_in(body.decode(errors="replace"), markers) == set(), address
        api = api_as(user)
        for path in READS:
            assert held_in(api.get(f"/api/v1/{path}").content.decode(errors="replace"), markers) == set(), path


def _nothing_restricted_is_named(vera: User) -> None:
    assert Feature.objects.filter(project__name="people").count() > 15
    pages = list(crawled(vera))
    assert len(pages) > 40
    for address, body in (one for one in pages if not one[0].startswith("/docs/")):  # help has examples
        text = body.decode(errors="replace")
        named = [word for word in RESTRICTED if word in text]
        assert named == [], address
    api = api_as(vera)
    for path in READS:
        text = api.get(f"/api/v1/{path}").content.decode(errors="replace").replace(path.rpartition("=")[2], "")
        assert [word for word in RESTRICTED if word in text] == [], path
