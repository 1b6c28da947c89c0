"""Files in git against the registry: planned, approved, applied. All of it or nothing."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from charter.files.folders import check_texts
from charter.files.writing import to_yaml
from registry.actions.features import describe_feature
from registry.actions.plans import apply_plan, approve_plan, make_plan
from registry.choices import Evidence, OwnershipModel
from registry.models import AuditEntry, Consumer, Feature, FeatureView, Plan, Project, Usage, Version
from registry.plans.current import documents_of
from tests.factories import ProjectFactory

SOURCE = "https://git.example.org/features"
VIEW = """
apiVersion: charter/v1
kind: FeatureView
metadata:
  project: pay
  name: stats
  owner: team:payments
  description: Card transactions of each user, settled ones only.
spec:
  entities:
    - {name: user, joinKeys: [user_id]}
  every: 1h
  online: true
  ttl: 7d
  slo: {freshness: 2h, maxNullPercent: 5}
  features:
    - name: avg_amount_7d
      dtype: float64
      unit: EUR
      description: Mean amount of a user's settled transactions over 7 days.
      tags: {team: risk}
      default: 41.87
      privacy: {class: none}
    - name: home_town
      dtype: string
      description: Where the user lives, as they told us themselves.
      privacy: {class: quasi-identifier, purposes: [fraud]}
"""


@pytest.fixture
def project(cast: SimpleNamespace) -> Project:
    return ProjectFactory(name="pay", owner=cast.payments)


def plan(actor: Any, *texts: str, **options: Any) -> Plan:
    files = [(f"features/{number}.yaml", text) for number, text in enumerate(texts)]
    checked = check_texts(files)
    assert checked.faults == []
    return make_plan(None, actor=actor, texts=files, checked=checked, source=SOURCE, **options)


def applied(actor: Any, *texts: str, **options: Any) -> Plan:
    return apply_plan(plan(actor, *texts, **options), actor=actor)


def told(made: Plan) -> list[tuple[str, str, str, str]]:
    return [(one["key"], one["field"] or one["action"], one["rule"], one["result"]) for one in made.changes]


def refusal(made: Plan, actor: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        apply_plan(made, actor=actor)
    return " ".join(refused.value.messages)


def test_what_files_say_is_registered_and_published(cast: SimpleNamespace, project: Project) -> None:
    made = plan(cast.owner_a, VIEW)
    assert told(made) == [
        ("pay.stats", "add", "", "apply"),
        ("pay.stats.avg_amount_7d@1", "add", "", "apply"),
        ("pay.stats.home_town@1", "add", "", "apply"),
    ]
    assert made.counts == {"add": 3, "change": 0, "error": 0}
    assert not FeatureView.objects.exists()
    apply_plan(made, actor=cast.owner_a)
    view = FeatureView.objects.get()
    assert (view.owner, view.ttl, view.is_online, view.slo_max_null_rate) == (
        cast.payments,
        timedelta(days=7),
        True,
        0.05,
    )
    assert view.file == f"{SOURCE}#features/0.yaml"
    feature = Feature.objects.visible_to(cast.viewer).get(name="avg_amount_7d")
    assert (feature.state, feature.unit, feature.has_default, feature.tags) == ("active", "EUR", True, ["team=risk"])
    assert feature.versions.get().entity_keys == ["user_id"]
    said = AuditEntry.objects.filter(object_key="pay.stats.avg_amount_7d").values_list("action", "actor_name", "reason")
    assert list(said) == [("registry.register_feature", cast.owner_a.username, made.public_id)]


def test_the_same_files_again_change_nothing(cast: SimpleNamespace, project: Project) -> None:
    made = applied(cast.owner_a, VIEW)
    assert plan(cast.owner_a, VIEW).changes == []
    assert apply_plan(made, actor=cast.owner_a).state == "applied"
    assert Version.objects.count() == 2


def test_what_is_exported_changes_nothing(cast: SimpleNamespace, project: Project) -> None:
    later = (timezone.now().date() + timedelta(days=200)).isoformat()
    second = """
    - name: avg_amount_7d
      version: 2
      dtype: float32
      unit: EUR
      minimum: 0
      note: Half the space.
      privacy: {class: none}
    - name: avg_amount_7d
      version: 3
      dtype: float32
      privacy: {class: none}
      status: draft
    """
    text = VIEW.replace("      default: 41.87\n", f"""      default: 41.87
      status: deprecated
      deprecation: {{sunset: {later}, reason: It is too wide., replacement: pay.stats.avg_amount_7d@2}}
""") + second.rstrip()  # fmt: skip
    applied(cast.owner_a, text)
    (document,) = documents_of(FeatureView.objects.all()).values()
    assert plan(cast.owner_a, to_yaml(document)).changes == []
    states = Version.objects.filter(feature__name="avg_amount_7d").order_by("number").values_list("state", flat=True)
    assert list(states) == ["deprecated", "active", "draft"]
    assert Feature.objects.get(name="avg_amount_7d").number == 2


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("unit: EUR", "unit: USD", ("pay.stats.avg_amount_7d@1", "unit", "F002", "error")),
        ("dtype: string", "dtype: bytes", ("pay.stats.home_town@1", "dtype", "F002", "error")),
        ("default: 41.87", "default: 1", ("pay.stats.avg_amount_7d@1", "default", "S001", "error")),
        ("ttl: 7d", "ttl: 3d", ("pay.stats", "ttl", "S002", "notice")),
        ("ttl: 7d", "ttl: 9d", ("pay.stats", "ttl", "S002", "apply")),
        ("online: true", "online: false", ("pay.stats", "online", "S002", "notice")),
        ("freshness: 2h", "freshness: 3h", ("pay.stats", "slo_freshness", "S002", "notice")),
        ("quasi-identifier", "pseudonymous", ("pay.stats.home_town@1", "privacy_class", "G001", "approve")),
        ("quasi-identifier", "direct-identifier", ("pay.stats.home_town@1", "privacy_class", "G001", "apply")),
        ("purposes: [fraud]", "purposes: [credit]", ("pay.stats.home_town@1", "purposes", "G002", "notice")),
        ("team:payments", "team:risk", ("pay.stats", "owner", "G003", "approve")),
        ("team: risk", "team: fraud", ("pay.stats.avg_amount_7d", "tags", "D001", "apply")),
        ("settled ones only", "settled or not", ("pay.stats", "description", "D001", "apply")),
    ],
)  # fmt: skip
def test_each_change_has_its_rule(
    cast: SimpleNamespace, project: Project, before: str, after: str, expected: tuple[str, str, str, str]
) -> None:
    applied(cast.owner_a, VIEW)
    made = plan(cast.owner_a, VIEW.replace(before, after))
    assert told(made) == [expected]
    if expected[3] == "error":
        assert "1 errors" in refusal(made, cast.owner_a)
    elif expected[3] == "approve":
        assert "waits for" in refusal(made, cast.owner_a)
    else:
        apply_plan(made, actor=cast.owner_a)
        assert plan(cast.owner_a, VIEW.replace(before, after)).changes == []


def test_what_is_taken_out_must_be_retired_first(cast: SimpleNamespace, project: Project) -> None:
    applied(cast.owner_a, VIEW)
    shorter = VIEW[: VIEW.index("    - name: home_town")]
    assert told(plan(cast.owner_a, shorter)) == [("pay.stats.home_town@1", "remove", "F001", "error")]


def test_a_class_is_lowered_by_the_committee_alone(cast: SimpleNamespace, project: Project) -> None:
    applied(cast.owner_a, VIEW)
    made = plan(cast.owner_a, VIEW.replace("class: quasi-identifier", "class: pseudonymous"))
    assert [one["party"] for one in made.needs] == ["committee"]
    with pytest.raises(ValidationError):
        approve_plan(made, actor=cast.owner_a, party="committee")
    approve_plan(made, actor=cast.member, party="committee")
    apply_plan(made, actor=cast.owner_a)
    assert Feature.objects.get(name="home_town").privacy_class == "pseudonymous"


def test_the_receiving_team_accepts(cast: SimpleNamespace, project: Project) -> None:
    applied(cast.owner_a, VIEW)
    made = plan(cast.owner_a, VIEW.replace("team:payments", "team:risk"))
    assert [one["party"] for one in made.needs] == ["team:risk"]
    approve_plan(made, actor=cast.owner_b, party="team:risk")
    apply_plan(made, actor=cast.owner_a)
    assert {one.owner for one in Feature.objects.all()} == {cast.risk}


def test_where_one_team_answers_for_all_it_approves(cast: SimpleNamespace, project: Project) -> None:
    Project.objects.update(ownership_model=OwnershipModel.CENTRAL)
    made = plan(cast.owner_b, VIEW)
    assert [one["party"] for one in made.needs] == ["team:payments"]
    assert "waits for team:payments" in refusal(made, cast.owner_b)
    approve_plan(made, actor=cast.owner_a, party="team:payments")
    apply_plan(made, actor=cast.owner_b)
    assert FeatureView.objects.get().owner == cast.payments


def test_others_cannot_change_it(cast: SimpleNamespace, project: Project) -> None:
    applied(cast.owner_a, VIEW)
    made = plan(cast.owner_b, VIEW.replace("ttl: 7d", "ttl: 9d"))
    assert made.changes[0]["result"] == "error"
    assert "You are not in payments" in made.changes[0]["message"]
    with pytest.raises(PermissionDenied):
        apply_plan(plan(cast.owner_a, VIEW.replace("ttl: 7d", "ttl: 9d")), actor=cast.viewer)


def test_a_project_that_is_hidden_is_not_there(cast: SimpleNamespace, project: Project) -> None:
    Project.objects.update(visibility="restricted")
    made = plan(cast.owner_b, VIEW)
    assert "There is no project pay that you see" in made.changes[0]["message"]
    assert not Plan.objects.visible_to(cast.viewer).exists()


def test_a_plan_holds_for_the_state_it_was_made_on(cast: SimpleNamespace, project: Project) -> None:
    applied(cast.owner_a, VIEW)
    made = plan(cast.owner_a, VIEW.replace("ttl: 7d", "ttl: 9d"))
    applied(cast.owner_a, VIEW.replace("ttl: 7d", "ttl: 8d"))
    assert "has changed since" in refusal(made, cast.owner_a)


def test_a_plan_expires(cast: SimpleNamespace, project: Project) -> None:
    made = plan(cast.owner_a, VIEW)
    Plan.objects.update(expires_at=timezone.now())
    assert "has expired" in refusal(made, cast.owner_a)


def test_a_page_and_a_file_do_not_overwrite_each_other(cast: SimpleNamespace, project: Project) -> None:
    applied(cast.owner_a, VIEW)
    feature = Feature.objects.get(name="avg_amount_7d")
    with pytest.raises(ValidationError, match="features/0.yaml in git says this"):
        describe_feature(feature, description="Another one.", actor=cast.owner_a)
    Feature.objects.update(managers={})
    describe_feature(feature, description="Another one.", actor=cast.owner_a)
    made = plan(cast.owner_a, VIEW)
    assert told(made) == [("pay.stats.avg_amount_7d", "description", "D001", "error")]
    assert cast.owner_a.username in made.changes[0]["message"]
    applied(cast.owner_a, VIEW, takes_over=True)
    assert Feature.objects.get(name="avg_amount_7d").managers["description"] == "file"


def test_new_content_is_a_new_version_and_the_old_one_retires_in_its_time(
    cast: SimpleNamespace, project: Project
) -> None:
    applied(cast.owner_a, VIEW)
    more = """
    - name: avg_amount_7d
      version: 2
      dtype: float64
      unit: USD
      privacy: {class: none}
"""
    made = plan(cast.owner_a, VIEW.rstrip() + more)
    assert told(made) == [("pay.stats.avg_amount_7d@2", "add", "", "apply")]
    apply_plan(made, actor=cast.owner_a)
    assert list(Version.objects.filter(feature__name="avg_amount_7d").values_list("number", "state")) == [
        (1, "active"), (2, "active"),
    ]  # fmt: skip
    soon = (timezone.now().date() + timedelta(days=20)).isoformat()
    ending = f"""
      status: deprecated
      deprecation: {{sunset: {soon}, reason: Dollars from now on., replacement: pay.stats.avg_amount_7d@2}}
"""
    text = VIEW.replace("      default: 41.87\n", f"      default: 41.87{ending}").rstrip() + more
    assert told(plan(cast.owner_a, text)) == [("pay.stats.avg_amount_7d@1", "sunset", "G004", "error")]
    later = (timezone.now().date() + timedelta(days=100)).isoformat()
    applied(cast.owner_a, text.replace(soon, later))
    assert Version.objects.get(feature__name="avg_amount_7d", number=1).replacement.number == 2
    retired = text.replace(soon, later).replace("status: deprecated", "status: retired")
    (change,) = plan(cast.owner_a, retired).changes
    assert (change["action"], change["result"]) == ("retire", "error")
    assert "days away" in change["message"]


def test_a_promise_between_versions_is_kept(cast: SimpleNamespace, project: Project) -> None:
    applied(cast.owner_a, VIEW)
    Project.objects.update(compatibility="FORWARD")
    more = "\n    - {name: avg_amount_7d, version: 2, dtype: string, privacy: {class: none}}\n"
    (change,) = plan(cast.owner_a, VIEW.rstrip() + more).changes
    assert "Readers of v1 cannot take v2: string is no float64." in change["message"]


def test_whom_it_touches_is_said(cast: SimpleNamespace, project: Project) -> None:
    applied(cast.owner_a, VIEW)
    feature = Feature.objects.get(name="avg_amount_7d")
    model = Consumer.objects.create(kind="model", name="fraud", project=project, environment="prod")
    Usage.objects.create(consumer=model, feature=feature, evidence=Evidence.DECLARED)
    made = plan(cast.owner_a, VIEW.replace("over 7 days", "over a week"))
    assert made.impact == [
        {"consumer": "model:fraud", "environment": "prod", "team": "", "keys": ["pay.stats.avg_amount_7d"]}
    ]


def test_values_of_personal_data_are_not_in_a_plan(cast: SimpleNamespace, project: Project) -> None:
    applied(cast.owner_a, VIEW)
    made = plan(cast.owner_a, VIEW.replace("dtype: string\n", "dtype: string\n      allowedValues: [Oslo, Bergen]\n"))
    assert (made.changes[0]["old"], made.changes[0]["new"]) == (None, None)
    assert "Oslo" not in str(made.changes)


def test_nothing_is_half_applied(cast: SimpleNamespace, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    made = plan(cast.owner_a, VIEW, VIEW.replace("name: stats", "name: other"))

    def fail(*args: Any) -> None:
        raise RuntimeError("in the middle")

    monkeypatch.setattr("registry.actions.applying._note_file", fail)
    with pytest.raises(RuntimeError):
        apply_plan(made, actor=cast.owner_a)
    assert not FeatureView.objects.exists()
    assert Plan.objects.get().state == "open"


def test_a_project_whose_name_has_a_dot(cast: SimpleNamespace) -> None:
    ProjectFactory(name="shop.pay", owner=cast.payments)
    text = VIEW.replace("project: pay", "project: shop.pay")
    applied(cast.owner_a, text)
    applied(cast.owner_a, text.replace("over 7 days", "over a week"))
    assert Feature.objects.get(key="shop.pay.stats.avg_amount_7d").description.endswith("over a week.")
