"""Figures of serving and of stores: kept by a pull, shown to those who may see them, held against limits."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from connectors.records import Figure, Figures, ViewReading
from monitoring.actions.breaches import follow_stores_and_jobs
from monitoring.actions.readings import write_reading
from monitoring.actions.serving import limit_serving, measure_serving, write_figures
from monitoring.models import Incident, StoreFigure
from monitoring.serving import trends_of
from registry.actions.pulls import Progress
from registry.models import Connection, FeatureView, Pull
from tests.cast import api_as, page_as, token_for
from tests.connectors.web import Server, serving
from tests.factories import ConnectionFactory, FeatureFactory, ProjectFactory, ViewFactory

pytestmark = pytest.mark.django_db
RECORDED = json.loads((Path(__file__).parents[1] / "connectors" / "prometheus.json").read_text())
NONE = {"data": {"resultType": "vector", "result": []}}


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(lambda asked: (200, RECORDED.get(asked.query["query"], NONE))) as served:
        yield served


@pytest.fixture
def store(cast: SimpleNamespace) -> Connection:
    return ConnectionFactory(slug="store", name="Demo Feast", owner=cast.payments, settings={"registry_url": "/r.db"})


@pytest.fixture
def view(cast: SimpleNamespace, store: Connection) -> FeatureView:
    project = ProjectFactory(name="flights", owner=cast.payments)
    made = ViewFactory(
        project=project, name="origin_delay_hourly", connection=store, is_online=True, owner=cast.payments
    )
    FeatureFactory(view=made, name="delay")
    return made


def progress_of(store: Connection) -> Progress:
    return Progress(Pull.objects.create(connection=store, kind="measurements", state="succeeded"))


def tell(store: Connection, minutes_ago: int = 0, **values: float) -> Progress:
    """The store as a whole tells these."""
    return keep(store, [Figure(name, value, "asked") for name, value in values.items()], minutes_ago)


def keep(store: Connection, figures: list[Figure], minutes_ago: int = 0) -> Progress:
    progress = progress_of(store)
    write_figures(store, figures, progress, timezone.now() - timedelta(minutes=minutes_ago))
    return progress


def test_a_pull_keeps_what_prometheus_tells(store: Connection, view: FeatureView, server: Server) -> None:
    store.settings["metrics_url"] = f"{server.url}?job=feast"
    progress = progress_of(store)
    measure_serving(store, None, progress, timezone.now())
    kept = {row.name: row for row in StoreFigure.objects.all()}
    assert len(kept) == progress.pull.counts["figures"] == 8
    assert (kept["hit_rate"].view, kept["latency_p99"].view) == (view, None)
    assert kept["hit_rate"].value == pytest.approx(2 / 3)
    assert kept["hit_rate"].query in RECORDED
    assert (progress.pull.errors, progress.pull.warnings) == ([], [])


def test_a_prometheus_that_is_away_costs_nothing_else(store: Connection, view: FeatureView) -> None:
    store.settings["metrics_url"] = "http://127.0.0.1:1"
    progress, told = progress_of(store), Figures((Figure("memory_used", 5.0, "INFO"),))
    measure_serving(store, SimpleNamespace(figures=lambda: told), progress, timezone.now())  # type: ignore[arg-type]
    [error] = progress.pull.errors
    assert (error["store"], "cannot be reached" in error["reason"]) == ("figures of serving", True)
    assert StoreFigure.objects.get().value == 5.0


def test_a_figure_goes_to_one_view_or_to_none(store: Connection, view: FeatureView, cast: SimpleNamespace) -> None:
    other = ViewFactory(
        project=ProjectFactory(name="cargo", upstream_name="cargo_up"), name=view.name, connection=store
    )
    told = [Figure("hit_rate", 0.5, "q", view.name, project) for project in ("", "cargo_up", "elsewhere")]
    progress = keep(store, [*told, Figure("hit_rate", 0.1, "q", "gone"), told[1], told[1]])
    assert [row.view for row in StoreFigure.objects.all()] == [other], "told three times, kept once"
    assert [said for said in progress.pull.warnings if "several projects" in said or "no views" in said]


def test_a_full_store_becomes_an_incident_and_ends(store: Connection, view: FeatureView) -> None:
    for minutes in (60, 45):
        tell(store, minutes, memory_share=0.93, memory_used=93.0)
        follow_stores_and_jobs()
        follow_stores_and_jobs()  # a second look at the same figures counts nothing
    incident = Incident.objects.get()
    assert incident.title == "Online store of Demo Feast is nearly full"
    assert (incident.owner, [hit.view for hit in incident.hits.all()]) == (store.owner, [view])
    assert incident.breaches.get().reason == "Share of its memory: 93 %, limit 80 %."
    for minutes in (30, 15):
        tell(store, minutes, memory_share=0.4)
        follow_stores_and_jobs()
    incident.refresh_from_db()
    assert incident.is_over


def test_promises_are_held(store: Connection, view: FeatureView, cast: SimpleNamespace) -> None:
    figures = [
        Figure("latency_p99", 0.2, "q"),
        Figure("error_rate", 0.01, "q"),
        Figure("hit_rate", 0.5, "q", view.name),
    ]
    for minutes in (60, 45):
        keep(store, figures, minutes)
        follow_stores_and_jobs()
    assert not Incident.objects.exists(), "nothing was promised"
    limit_serving(store, actor=cast.owner_a, latency_p99=0.1, error_rate=0.05, hit_rate=0.9)
    for minutes in (30, 15):
        keep(store, figures, minutes)
        follow_stores_and_jobs()
    assert sorted(Incident.objects.values_list("title", flat=True)) == [
        "Serving of Demo Feast is slower than promised",
        "View flights.origin_delay_hourly finds fewer values than promised",
    ]


def test_who_may_promise_and_what(store: Connection, cast: SimpleNamespace) -> None:
    with pytest.raises(PermissionDenied):
        limit_serving(store, actor=cast.owner_b, latency_p99=0.1)
    for wrong in (
        {"latency_p99": 0.0},
        {"served_bytes": 0},
        {"error_rate": 1.5},
        {"hit_rate": -0.1},
        {"hit_rate": float("nan")},
    ):
        with pytest.raises(ValidationError):
            limit_serving(store, actor=cast.owner_a, **wrong)
    page = page_as(cast.owner_a)
    page.post(
        f"{store.get_absolute_url()}serving/limits", {"latency_p99": "250", "hit_rate": "99", "served_bytes": "1.5"}
    )
    limits = Connection.objects.get().serving_limits
    assert (limits.latency_p99, limits.error_rate, limits.hit_rate) == (0.25, None, 0.99)
    assert limits.served_bytes == 1.5 * 2**30
    assert 'value="250.0"' in page.get(f"{store.get_absolute_url()}serving").content.decode()


def test_a_budget_is_held_against_what_views_take(store: Connection, view: FeatureView, cast: SimpleNamespace) -> None:
    limit_serving(store, actor=cast.owner_a, served_bytes=1_000)
    for minutes in (30, 15):
        progress, now = progress_of(store), timezone.now() - timedelta(minutes=minutes)
        progress.pull.created_at = now
        for size in (900, None, 200):
            reading = ViewReading("served", now, 1, 1, stored_bytes=size)
            write_reading(view, [], reading, pull=progress.pull, now=now, sets_null_rates=False)
        measure_serving(store, None, progress, now)
        follow_stores_and_jobs()
    assert {row.value for row in StoreFigure.objects.filter(name="served_bytes")} == {1100.0}
    assert Incident.objects.get().title == "Online store of Demo Feast takes more than its budget"


def test_promises_through_the_api(store: Connection, cast: SimpleNamespace) -> None:
    address = "/api/v1/connections/store/serving-limits"
    nothing = {"latency_p99": None, "error_rate": None, "hit_rate": None, "served_bytes": None}
    assert api_as(cast.viewer).get(address).json() == nothing
    assert api_as(cast.owner_b).put(address, {"hit_rate": 0.9}, format="json").status_code == 403
    kept = api_as(cast.owner_a).put(address, {"hit_rate": 0.9}, format="json")
    assert (kept.status_code, kept.json()) == (200, nothing | {"hit_rate": 0.9})
    refused = api_as(cast.owner_a).put(address, {"hit_rate": 90}, format="json")
    assert (refused.status_code, "share from 0 to 1" in refused.content.decode()) == (422, True)
    assert api_as(cast.owner_a).put(address, {}, format="json").json() == nothing
    assert api_as(cast.owner_a).get("/api/v1/connections/nowhere/serving-limits").status_code == 404


def test_pages_show_figures_with_what_was_asked(store: Connection, view: FeatureView, cast: SimpleNamespace) -> None:
    Connection.objects.update(settings={"metrics_url": "https://u:***@prom:9090?job=feast"})
    keep(store, [Figure("latency_p99", 0.0125, "rate(x)"), Figure("hit_rate", 0.25, "sum(y)", view.name)])
    limit_serving(store, actor=cast.owner_a, hit_rate=0.9)
    for path in (f"{store.get_absolute_url()}serving", f"{view.get_absolute_url()}health/serving"):
        shown = page_as(cast.owner_a).get(path).content.decode()
        assert "25 %" in shown
    assert "12 ms" in page_as(cast.viewer).get(f"{store.get_absolute_url()}serving").content.decode()
    assert (
        "https://prom:9090/graph"
        in page_as(cast.owner_a).get(f"{view.get_absolute_url()}health/serving").content.decode()
    )
    assert "prom:9090" not in page_as(cast.viewer).get(f"{view.get_absolute_url()}health/serving").content.decode()


def test_a_week_is_drawn_by_its_worst(store: Connection, view: FeatureView) -> None:
    for minutes, value in ((3 * 1440, 0.2), (2, 0.4), (1, 0.3)):
        keep(store, [Figure("latency_p99", value, "q"), Figure("hit_rate", value, "q", view.name)], minutes)
    of_store, of_view = trends_of(store.pk, None, timezone.now()), trends_of(store.pk, view.pk, timezone.now())
    assert [value for value in of_store["latency_p99"] if value is not None] == [0.2, 0.4]
    assert [value for value in of_view["hit_rate"] if value is not None] == [0.2, 0.3]
    assert (of_store.keys(), of_view.keys()) == ({"latency_p99"}, {"hit_rate"})
    assert of_store["latency_p99"][-1] == 0.4


def test_without_figures_the_page_says_what_to_do(store: Connection, view: FeatureView, cast: SimpleNamespace) -> None:
    assert (
        "is unknown: no Prometheus is set"
        in page_as(cast.owner_a).get(f"{store.get_absolute_url()}serving").content.decode()
    )
    assert page_as(cast.viewer).get(f"{view.get_absolute_url()}health/serving").content.decode().strip() == ""


def test_figures_of_hidden_views_are_hidden(
    store: Connection, view: FeatureView, cast: SimpleNamespace, client: Any
) -> None:
    secret = ViewFactory(
        project=ProjectFactory(name="secret", visibility="restricted", owner=cast.payments), name="scores",
        connection=store, is_online=True, owner=cast.payments,
    )  # fmt: skip
    keep(store, [Figure("hit_rate", 0.5, "q", one.name) for one in (view, secret)] + [Figure("keys", 3.0, "INFO")])
    for user, expected in ((cast.viewer, {view.key, None}), (cast.owner_a, {view.key, secret.key, None})):
        found = api_as(user).get("/api/v1/serving").json()["data"]
        assert {one["view"] for one in found} == expected
        page = page_as(user).get(f"{store.get_absolute_url()}serving").content.decode()
        assert (secret.key in page) == (secret.key in expected)
        metrics = client.get("/metrics", HTTP_AUTHORIZATION=f"Bearer {token_for(user, 'features:read')}")
        text = metrics.getvalue().decode()
        assert f'charter_view_hit_rate{{view="{view.key}"' in text
        assert (secret.key in text) == (secret.key in expected)
    narrowed = api_as(cast.viewer).get(f"/api/v1/serving?connection=store&name=hit_rate&view={view.key}").json()["data"]
    assert [one["value"] for one in narrowed] == [0.5]
