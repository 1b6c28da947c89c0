"""Checks of quality, ownership, privacy and the life of versions: what moves each, and back."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from governance.actions.announcing import announce_deprecation
from governance.actions.answering import answer_deprecation
from governance.actions.following import follow_all
from governance.actions.naming import change_naming_rule, create_naming_rule, waive_name
from governance.models import Enforcement, Policy, RightFinding
from monitoring.actions.findings import write_findings
from monitoring.judging import Verdict
from monitoring.models import Finding, Kind
from registry.actions.consumers import declare_reads
from registry.actions.features import describe_feature, tag_feature
from registry.actions.people import remove_member
from registry.actions.versions import classify_version
from registry.choices import Evidence, Health
from registry.models import Feature, Usage, Version
from tests.cast import api_as
from tests.factories import ConnectionFactory, ConsumerFactory, FeatureFactory
from tests.governance.asking import ask, decide
from tests.governance.scoring import came_to, failing, parts, state
from tests.governance.test_naming import WINDOW
from tests.lineage.orders import CLEAN, RAW, run
from tests.lineage.sent import tell
from tests.measured import measure
from tests.monitoring.breaking import read

pytestmark = pytest.mark.django_db


def found(feature: Feature, kind: Kind, health: Health, ago: timedelta = timedelta()) -> None:
    write_findings([Verdict(kind, feature.view_id, feature.pk, health, "As measured.")], timezone.now() - ago)


def test_schema(measured: SimpleNamespace) -> None:
    assert (parts("schema"), failing("schema")) == (["not-met", "unknown"], ["pay.stats"])
    found(measured.feature, Kind.SCHEMA, Health.OK)
    assert state("schema") == "met"
    found(measured.feature, Kind.SCHEMA, Health.BREACHED)
    assert (parts("schema"), failing("schema", 1)) == (["met", "not-met"], ["pay.stats.amount"])
    found(measured.feature, Kind.SCHEMA, Health.OK, ago=timedelta(hours=25))
    assert parts("schema") == ["not-met", "unknown"]


def test_schema_by_assertions_of_the_pipeline(measured: SimpleNamespace) -> None:
    from lineage.actions.bridging import bridge_changed

    bridge_changed()
    asserted = {"dataQualityAssertions": {"assertions": [{"assertion": "not_null", "success": True, "column": "a"}]}}
    event = run("clean", [RAW], [CLEAN], at=timezone.now().isoformat())
    event["outputs"][0] |= {"facets": asserted}
    tell(event)
    assert parts("schema")[0] == "met"


def test_drift(measured: SimpleNamespace) -> None:
    assert (parts("drift"), failing("drift")) == (["not-met", "met"], ["pay.stats.amount"])
    found(measured.feature, Kind.DRIFT, Health.OK)
    assert state("drift", view=measured.view) == "met"
    found(measured.feature, Kind.DRIFT, Health.UNKNOWN)
    assert parts("drift") == ["not-met", "met"]
    found(measured.feature, Kind.DRIFT, Health.BREACHED, ago=timedelta(days=8))
    assert parts("drift") == ["not-met", "met"]
    found(measured.feature, Kind.DRIFT, Health.BREACHED)
    remove_member(measured.cast.payments, actor=measured.cast.admin, user=measured.cast.owner_a)
    assert (parts("drift"), failing("drift", 1)) == (["met", "not-met"], ["pay.stats.amount"])


def test_drift_leaves_personal_features_out(measured: SimpleNamespace) -> None:
    found(measured.feature, Kind.DRIFT, Health.OK)
    FeatureFactory(view=measured.view, name="email", privacy_class="direct-identifier")
    result = came_to("drift")
    assert (result.state, result.parts[0].of) == ("met", 1)
    assert "1 that are personal" in result.parts[0].said


def test_null_alerts(measured: SimpleNamespace) -> None:
    view = measured.view
    assert parts("null-alerts") == ["not-met", "unknown"]
    measure(view)
    assert parts("null-alerts") == ["met", "unknown"]  # nothing has fired: nobody knows that it would
    assert state("null-alerts", view=view) == "met"
    view.source_read_at = None
    read(view, age=timedelta(minutes=5), nulls=50, times=2)
    assert state("null-alerts") == "met"
    ago = timezone.now() - timedelta(days=91)
    view.breaches.filter(kind="nulls").update(opened_at=ago)
    assert parts("null-alerts")[1] == "unknown"


def test_pipeline_tests(measured: SimpleNamespace) -> None:
    assert state("pipeline-tests") == "unknown"
    at = timezone.now() - timedelta(hours=2)
    tell(run("clean", [RAW], [CLEAN], at=at.isoformat()))
    assert (state("pipeline-tests"), failing("pipeline-tests")) == ("not-met", ["etl clean"])
    tested = run("clean", [RAW], [CLEAN], at=(at + timedelta(hours=1)).isoformat())
    tested["run"] |= {"facets": {"test": {"tests": [{"name": "not_null", "status": "pass"}]}}}
    tell(tested)
    assert came_to("pipeline-tests").counted == (1, 2)
    tell(run("clean", [RAW], [CLEAN], at=at.isoformat(), dataQualityAssertions={"assertions": []}))
    assert state("pipeline-tests") == "met"


def test_naming(measured: SimpleNamespace) -> None:
    cast = measured.cast
    assert state("naming") == "not-met"
    rule = create_naming_rule(None, actor=cast.member, **WINDOW)
    assert (state("naming"), failing("naming")) == ("not-met", ["pay.stats.amount"])
    FeatureFactory(view=measured.view, name="amount_7d")
    assert came_to("naming").counted == (1, 2)
    until = timezone.now().date() + timedelta(days=30)
    waive_name(
        measured.project, actor=cast.owner_a, kind="feature", key="pay.stats.amount", until=until,
        reason="It goes with its next version.",
    )  # fmt: skip
    assert (state("naming"), "excepted" in came_to("naming").parts[0].said) == ("met", True)
    change_naming_rule(rule, actor=cast.member, is_on=False)
    assert state("naming") == "not-met"


def test_owners(measured: SimpleNamespace) -> None:
    cast = measured.cast
    assert state("owners") == "met"
    remove_member(cast.payments, actor=cast.admin, user=cast.owner_a)
    assert (parts("owners"), failing("owners")) == (["not-met", "met"], ["pay.stats.amount"])
    describe_feature(measured.feature, actor=None, description="")
    assert (state("owners"), failing("owners", 1)) == ("not-met", ["pay.stats.amount"])
    assert came_to("owners", view=measured.view).parts[1].search == "missing:description view:pay.stats"


def test_personal_data(measured: SimpleNamespace) -> None:
    email = FeatureFactory(view=measured.view, name="email", looks_personal=True)
    assert (parts("personal-data"), failing("personal-data")) == (["partly"], ["pay.stats.email"])
    Policy.objects.current().filter(privacy_class="direct-identifier").update(ended_at=timezone.now())
    classify_version(email.versions.get(), actor=None, privacy_class="direct-identifier", purposes=["fraud"])
    assert (parts("personal-data"), failing("personal-data", 1)) == (["met", "not-met", "met"], ["pay.stats.email"])


def test_personal_data_that_somebody_reads_without_a_grant(asking: SimpleNamespace) -> None:
    assert state("personal-data") == "met"
    feature = asking.email.feature
    Usage.objects.create(consumer=asking.model, feature=feature, evidence=Evidence.OBSERVED)
    assert (parts("personal-data"), failing("personal-data", 2)) == (["met", "met", "partly"], ["pay.users.email"])
    request = ask(asking, asking.email)
    for voter in (asking.cast.owner_a, asking.cast.member, asking.second):
        decide(request, voter)
    assert state("personal-data") == "met"


def test_which_feature_stands_open_is_not_everybody_s_to_read(asking: SimpleNamespace) -> None:
    store = Enforcement.objects.create(connection=ConnectionFactory(), place="offline")
    RightFinding.objects.create(
        store=store, kind="extra", account="svc", feature=asking.email.feature, how="has a right on the column"
    )
    for who, listed in (("viewer", []), ("owner_a", ["pay.users.email"]), ("auditor", ["pay.users.email"])):
        actor = getattr(asking.cast, who)
        assert parts("personal-data", actor=actor)[2] == "partly"
        assert failing("personal-data", 2, actor=actor) == listed
    RightFinding.objects.update(gone_at=timezone.now())
    assert state("personal-data") == "met"


def test_deprecations(ending: SimpleNamespace) -> None:
    assert state("deprecations") == "unknown"  # nothing ends, so nothing is seen
    made = announce_deprecation(ending.old, actor=ending.cast.owner_a, **ending.said)
    follow_all()
    assert parts("deprecations") == ["met", "partly", "not-met"]
    assert failing("deprecations", 1) == [str(made)]
    job = made.readers.get(consumer=ending.job)
    for reader in made.readers.exclude(pk=job.pk):
        answer_deprecation(reader, actor=ending.cast.owner_b, answer="acknowledged")
    assert parts("deprecations") == ["met", "partly", "partly"]
    Usage.objects.filter(consumer=ending.job).update(gone_at=timezone.now())
    follow_all()
    assert state("deprecations") == "met"
    Version.objects.filter(pk=ending.old.pk).update(sunset_on=None)
    assert (parts("deprecations")[0], failing("deprecations")) == ("not-met", ["pay.stats.amount"])


def test_lineage(measured: SimpleNamespace) -> None:
    cast, feature = measured.cast, measured.feature
    assert (state("lineage"), "1 have none yet" in came_to("lineage").parts[1].said) == ("met", True)
    Feature.objects.update(created_at=timezone.now() - timedelta(days=31))
    assert (parts("lineage"), failing("lineage", 1)) == (["met", "not-met"], ["pay.stats.amount"])
    tag_feature(feature, actor=cast.owner_a, tags={"readers": "none-yet"})
    assert state("lineage") == "met"
    tag_feature(feature, actor=cast.owner_a, tags={"readers": None})
    assert state("lineage") == "partly"
    model = ConsumerFactory(team=cast.risk)
    declare_reads(model, actor=cast.owner_b, reads=[(feature, None)])
    assert state("lineage") == "met"
    measured.view.source = None
    measured.view.save()
    assert (parts("lineage"), failing("lineage")) == (["not-met", "met"], ["pay.stats.amount"])


def test_definitions_in_git(measured: SimpleNamespace) -> None:
    cast = measured.cast
    assert state("definitions-in-git") == "unknown"
    describe_feature(measured.feature, actor=cast.owner_a, description="By hand, on the page.")
    assert state("definitions-in-git") == "not-met"
    from registry.actions.people import add_member

    add_member(cast.payments, actor=cast.admin, user=cast.service)
    path = f"/api/v1/features/{measured.feature.key}"
    client: Any = api_as(cast.service)
    tag = client.get(path)["ETag"]
    answer = client.patch(path, {"description": "As the file says it."}, format="json", HTTP_IF_MATCH=tag)
    assert (answer.status_code, came_to("definitions-in-git").counted) == (200, (1, 2))
    assert state("definitions-in-git", project=measured.project) == "partly"


def test_findings_of_others_are_not_counted(measured: SimpleNamespace) -> None:
    """What is found of a feature that is gone says nothing."""
    found(measured.feature, Kind.SCHEMA, Health.BREACHED)
    Feature.objects.update(gone_at=timezone.now())
    assert Finding.objects.exists()
    assert parts("schema")[1] == "unknown"
