"""What is given to Prometheus and Grafana: figures of what the token's user sees, rules from the registry's limits."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from registry.models import FeatureView, Usage
from tests.cast import api_as, token_for
from tests.factories import ConsumerFactory, ProjectFactory
from tests.monitoring.breaking import FRESH, hourly, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def views(cast: SimpleNamespace) -> tuple[FeatureView, FeatureView]:
    """One that everybody sees, and one of a restricted project."""
    listed = hourly("stats", owner=cast.payments, slo_max_null_rate=0.1)
    secret = hourly("scores", project=ProjectFactory(name="secret", visibility="restricted", owner=cast.payments))
    read(listed, secret, nulls=3)
    return listed, secret


def scraped(client: Any, token: str = "") -> str:
    headers = {"HTTP_AUTHORIZATION": f"Bearer {token}"} if token else {}
    response = client.get("/metrics", **headers)
    assert response.status_code == 200
    return response.getvalue().decode()


def figure(text: str, name: str, view: FeatureView) -> float:
    line = next(line for line in text.splitlines() if line.startswith(f'{name}{{view="{view.key}"'))
    return float(line.rpartition(" ")[2])


def test_without_a_token_there_are_counts_and_no_names(views: tuple[FeatureView, FeatureView], client: Any) -> None:
    text = scraped(client)
    assert 'charter_views{health="crit"} 1\n' in text
    assert not [view.key for view in views if view.key in text]
    assert "django_http_requests" in text


def test_a_token_tells_what_its_user_sees(
    cast: SimpleNamespace, views: tuple[FeatureView, FeatureView], client: Any
) -> None:
    listed, secret = views
    text = scraped(client, token_for(cast.viewer, "features:read"))
    assert figure(text, "charter_view_freshness_age_seconds", listed) > 5 * 3600
    assert figure(text, "charter_view_freshness_limit_seconds", listed) == 7200
    assert figure(text, "charter_view_null_rate", listed) == 0.03
    assert figure(text, "charter_view_null_rate_limit", listed) == 0.1
    assert figure(text, "charter_view_health", listed) == 2
    assert secret.key not in text
    assert secret.key in scraped(client, token_for(cast.owner_a, "features:read"))


def test_a_wrong_token_gets_nothing(cast: SimpleNamespace, views: Any, client: Any) -> None:
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer charter_pat_wrong").status_code == 401
    other = token_for(cast.viewer, "lineage:write")
    assert client.get("/metrics", HTTP_AUTHORIZATION=f"Bearer {other}").status_code == 403


def test_unknown_has_no_line(cast: SimpleNamespace, client: Any) -> None:
    view = hourly("never")
    text = scraped(client, token_for(cast.viewer, "features:read"))
    assert f'charter_view_freshness_age_seconds{{view="{view.key}"' not in text
    assert figure(text, "charter_view_health", view) == -1


def test_there_is_an_end_to_it(cast: SimpleNamespace, client: Any, settings: Any) -> None:
    settings.CHARTER_METRICS_VIEWS = 3
    for number in range(5):
        hourly(f"v{number}")
    text = scraped(client, token_for(cast.viewer, "features:read"))
    assert sum(line.startswith("charter_view_health{") for line in text.splitlines()) == 3
    assert "charter_views_left_out 1\n" in text


def test_rules_are_the_registry_s_limits(cast: SimpleNamespace, views: tuple[FeatureView, FeatureView]) -> None:
    listed, secret = views
    reader = ConsumerFactory(tier=1)
    Usage.objects.create(consumer=reader, feature=listed.features.get(), evidence="declared")
    response = api_as(cast.viewer).get("/api/v1/export?format=prometheus-rules")
    text = b"".join(response.streaming_content).decode()
    groups = yaml.safe_load(text)["groups"]
    stale, nulls = next(one for one in groups if one["name"] == f"charter-{listed.project.name}")["rules"]
    assert stale["expr"] == f'charter_view_freshness_age_seconds{{view="{listed.key}"}} > 7200'
    assert nulls["expr"].endswith("> 0.1")
    assert stale["labels"] == {
        "severity": "page", "view": listed.key, "project": listed.project.name, "owner": "payments",
    }  # fmt: skip
    assert stale["for"] == "900s"
    assert secret.key not in text


def test_a_dashboard_for_grafana(cast: SimpleNamespace) -> None:
    said = api_as(cast.viewer).get("/api/v1/export?format=grafana-dashboard").json()
    asked = [target["expr"] for panel in said["panels"] for target in panel["targets"]]
    assert any("charter_view_freshness_age_seconds" in one for one in asked)
    assert len({panel["id"] for panel in said["panels"]}) == len(said["panels"])


def test_other_formats_are_as_before(cast: SimpleNamespace, views: tuple[FeatureView, FeatureView]) -> None:
    response = api_as(cast.viewer).get(f"/api/v1/export?format=yaml&view={views[0].key}")
    assert b"kind: FeatureView" in b"".join(response.streaming_content)
    assert api_as(cast.viewer).get("/api/v1/export?format=xml").status_code in {400, 404, 406}


def test_limits_of_hours_are_not_days(cast: SimpleNamespace, client: Any) -> None:
    view = hourly("daily")
    FeatureView.objects.update(schedule_every=timedelta(days=1))
    read(view, age=FRESH)
    text = scraped(client, token_for(cast.viewer, "features:read"))
    assert figure(text, "charter_view_freshness_limit_seconds", view) == 25 * 3600
