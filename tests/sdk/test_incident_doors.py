"""Incidents from a terminal and from Python."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from charter.errors import Refused
from charter.registry import Registry
from monitoring.models import Incident
from tests.cast import token_for
from tests.monitoring.breaking import FRESH, hourly, read
from tests.sdk.conftest import Run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def incident(cast: SimpleNamespace) -> Incident:
    read(hourly("stats", owner=cast.payments), times=2)
    return Incident.objects.get()


def test_the_command_says_what_is_broken_and_what_one_did(
    cast: SimpleNamespace, incident: Incident, charter: Run
) -> None:
    listed = charter("incidents", user=cast.viewer)
    assert listed.code == 1, listed.err
    assert str(incident) in listed.out
    assert incident.title in listed.out
    assert '"state": "open"' in charter("incidents", "--json", user=cast.viewer).out
    assert charter("incidents", "--mine", user=cast.viewer).code == 0
    assert "is acknowledged" in charter("incidents", "ack", str(incident)).out
    refused = charter("incidents", "ack", str(incident), user=cast.owner_b)
    assert refused.code == 1
    muted = charter("incidents", "mute", str(incident), "--for", "2h")
    assert "muted until" in muted.out
    assert charter("incidents", "mute", str(incident), "--for", "soon").code == 1
    assert "risk has it" in charter("incidents", "reassign", str(incident), "risk").out
    shown = charter("incidents", "show", str(incident)).out
    for words in ("Acknowledged", "Reassigned to Risk", "hits "):
        assert words in shown, words
    assert "is resolved" in charter("incidents", "resolve", str(incident), "--reason", "Ran by hand.").out
    assert charter("incidents", user=cast.viewer).code == 0


def test_the_client(cast: SimpleNamespace, incident: Incident, live_server: Any) -> None:
    with Registry(live_server.url, token_for(cast.owner_a, "features:read", "features:write")) as registry:
        (found,) = registry.incidents(mine="true")
        assert (found.id, found.is_over) == (str(incident), False)
        assert registry.acknowledge_incident(found.id).acknowledged_by == "alice"
        until = datetime.now(UTC) + timedelta(hours=1)
        assert registry.mute_incident(found.id, until).muted_until == until
        assert registry.mute_incident(found.id, None).muted_until is None
        assert [line.what for line in registry.incident(found.id).events][0] == incident.title
        assert registry.resolve_incident(found.id).is_over
        with pytest.raises(Refused):
            registry.acknowledge_incident(found.id)


def test_rules_and_dashboard_are_files(cast: SimpleNamespace, incident: Incident, charter: Run, tmp_path: Any) -> None:
    read(hourly("more"), age=FRESH)
    told = charter("export", "prometheus-rules", user=cast.viewer)
    assert told.code == 0, told.err
    assert len(yaml.safe_load(told.out)["groups"]) == 3
    assert charter("export", "grafana-dashboard", "--out", "board.json", user=cast.viewer).code == 0
    assert "charter_view_health" in (tmp_path / "board.json").read_text()
