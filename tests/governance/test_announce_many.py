"""The ends of many versions at once: which, why not the others, who is told, and one bad one loses nothing."""

from types import SimpleNamespace
from typing import Any

import pytest

from governance.actions.announcing import Said, announce_deprecation
from governance.actions.announcing_many import announce_many
from governance.models import Deprecation
from governance.queries import announcing_many
from governance.queries.announcing_many import candidates, found_versions, named_versions
from registry.models import AuditEntry, Message, Project, Usage, Version
from tests.factories import ConsumerFactory, FeatureFactory, ProjectFactory, ViewFactory
from tests.governance.ending import in_days

pytestmark = pytest.mark.django_db


@pytest.fixture
def said() -> Said:
    return Said(kind="unneeded", reason="Nobody needs them.", instead="Compute it.", sunset_on=in_days(100))


def reasons(cast: SimpleNamespace, query: str, role: str = "owner_a") -> dict[str, str]:
    actor = getattr(cast, role)
    return {str(one.version): one.why_not for one in candidates(found_versions(actor, query).versions, actor)}


def test_own_ones_end_and_the_others_say_why_not(ending: SimpleNamespace) -> None:
    view = ending.feature.view
    FeatureFactory(view=view, name="draft", state="draft")
    announced = FeatureFactory(view=view, name="over").versions.get()
    made = announce_deprecation(announced, actor=ending.cast.owner_a, **ending.said | {"replacement": ending.new})
    FeatureFactory(view=ViewFactory(project=ProjectFactory(name="other", owner=ending.cast.risk), name="stats"))
    nobody = FeatureFactory(view=ViewFactory(project=ProjectFactory(name="loose", owner=None), name="stats"), name="x")
    found = reasons(ending.cast, "view:stats")
    assert list(found)[:4] == ["pay.stats.amount@1", "pay.stats.amount@2", "pay.stats.draft@1", "pay.stats.over@1"]
    assert (found.pop("pay.stats.amount@1"), found.pop("pay.stats.amount@2")) == ("", "")
    assert found.pop("pay.stats.draft@1").startswith("pay.stats.draft@1 is draft. Only what is active")
    assert found.pop("pay.stats.over@1") == f"{made} has announced the end of pay.stats.over@1 already."
    assert found.pop(f"{nobody.key}@1") == "Nobody answers for it. Give it an owner first."
    assert set(found.values()) == {"Risk answers for it."}


def test_nothing_hidden_is_found_or_named(ending: SimpleNamespace) -> None:
    Project.objects.update(visibility="restricted")
    assert reasons(ending.cast, "view:stats", "owner_b") == {}
    assert named_versions(ending.cast.owner_b, [str(ending.old), "no.such.thing@1", "pay.stats.amount"]) == {}
    assert named_versions(ending.cast.owner_a, [str(ending.old), "pay.stats.amount"]) == {str(ending.old): ending.old}


def test_who_reads_it_and_who_cannot_be_told(ending: SimpleNamespace) -> None:
    spy = ConsumerFactory(name="spy", project=ProjectFactory(visibility="restricted"), team=ending.cast.risk)
    Usage.objects.create(consumer=spy, feature=ending.feature, evidence="declared")
    Usage.objects.create(consumer=ending.model, feature=ending.feature, number=2, evidence="lineage")
    old, new = candidates([*named_versions(ending.cast.owner_a, [str(ending.old), str(ending.new)]).values()],
                          ending.cast.owner_a)  # fmt: skip
    assert (old.version, {one.name for one in old.readers}) == (ending.old, {"fraud", "checkout", "nightly"})
    assert ([one.name for one in old.untold], old.teams, old.hidden) == (["nightly"], {ending.cast.risk}, 0)
    assert (new.readers, new.hidden) == ([ending.model], 1)


def test_a_query_that_is_not_understood_says_so(ending: SimpleNamespace) -> None:
    assert found_versions(ending.cast.owner_a, "view:stats").notes == []
    assert "health is one of" in found_versions(ending.cast.owner_a, "view:stats health:purple").notes[0]


def test_more_than_fit_are_counted(ending: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcing_many, "MOST", 2)
    FeatureFactory(view=ending.feature.view)
    found = found_versions(ending.cast.owner_a, "view:stats")
    assert (len(found.versions), found.total, found.is_cut) == (2, 3, True)
    assert found_versions(ending.cast.owner_b, "view:stats").is_cut is False


@pytest.mark.parametrize("count", [1, 20])
def test_a_fixed_number_of_questions(
    ending: SimpleNamespace, django_assert_max_num_queries: Any, count: int
) -> None:  # fmt: skip
    for feature in FeatureFactory.create_batch(count, view=ending.feature.view):
        Usage.objects.create(consumer=ConsumerFactory(team=ending.cast.risk), feature=feature, evidence="declared")
    with django_assert_max_num_queries(9):
        reasons(ending.cast, "view:stats")


def test_each_is_announced_and_one_bad_one_loses_nothing(ending: SimpleNamespace, said: Said) -> None:
    theirs = FeatureFactory(view=ViewFactory(project=ProjectFactory(name="other", owner=ending.cast.risk)))
    draft = FeatureFactory(view=ending.feature.view, name="draft", state="draft").versions.get()
    versions = [draft, ending.old, theirs.versions.get(), ending.new]
    outcomes = announce_many(versions, actor=ending.cast.owner_a, said=said)
    assert [one.version for one in outcomes] == versions
    assert [type(one.refusal).__name__ for one in outcomes] == [
        "ValidationError", "NoneType", "PermissionDenied", "NoneType",
    ]  # fmt: skip
    made = Deprecation.objects.order_by("version__number")
    assert [(one.version, one.state, one.instead) for one in made] == [
        (ending.old, "announced", "Compute it."), (ending.new, "announced", "Compute it."),
    ]  # fmt: skip
    assert AuditEntry.objects.filter(action="governance.announce_deprecation").count() == 2
    assert Message.objects.filter(event="feature.deprecated", data__version=str(ending.old)).count() == 2
    assert Version.objects.get(pk=draft.pk).state == "draft"


def test_twice_is_refused_and_tells_nobody_again(ending: SimpleNamespace, said: Said) -> None:
    announce_many([ending.old], actor=ending.cast.owner_a, said=said)
    told = Message.objects.count()
    (again,) = announce_many([ending.old], actor=ending.cast.owner_a, said=said)
    assert "has announced the end" in str(again.refusal)
    assert Message.objects.count() == told
