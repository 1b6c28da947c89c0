"""Naming rules: tried on their examples, asked at every door, waived for a while, and names that teams share."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from rest_framework.test import APIClient

from governance.actions.naming import (
    change_naming_rule,
    create_naming_rule,
    remove_naming_rule,
    set_name_word,
    waive_name,
)
from governance.models import NameDecision, NameWaiver, NameWord, NamingRule
from governance.queries.naming import offenders
from registry.actions.registering import create_entity, create_view, register_feature
from registry.models import AuditEntry, Feature
from registry.naming import Names
from tests.cast import api_as, page_as
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory
from tests.registry.test_plans import VIEW

pytestmark = pytest.mark.django_db
WINDOW = {
    "kind": "feature", "pattern": "[a-z0-9_]+_[0-9]+[hd]", "said": "Names end in their window",
    "right": ["avg_amount_7d"], "wrong": ["avg_amount"],
}  # fmt: skip


@pytest.fixture
def place(cast: SimpleNamespace) -> SimpleNamespace:
    """A project of payments with a view and two features, one of which says its window."""
    project = ProjectFactory(name="pay", owner=cast.payments)
    view = ViewFactory(project=project, name="stats", owner=cast.payments)
    for name in ("avg_amount_7d", "amount"):
        FeatureFactory(view=view, name=name, owner=cast.payments)
    return SimpleNamespace(cast=cast, project=project, view=view, alice=cast.owner_a)


@pytest.fixture
def rule(place: SimpleNamespace) -> NamingRule:
    return create_naming_rule(place.project, actor=place.alice, **WINDOW)


def refused(work: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught:
        work()
    return dict(caught.value.message_dict)


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"pattern": "("}, "pattern", "RE2 does not understand it"),
        ({"pattern": "(a)\\1"}, "pattern", "RE2 does not understand it"),
        ({"pattern": "x{1000}{1000}"}, "pattern", "RE2 does not understand it"),
        ({"pattern": ""}, "pattern", "1 to 500"),
        ({"pattern": "a" * 501}, "pattern", "1 to 500"),
        ({"pattern": "avg"}, "right", "does not let avg_amount_7d pass"),
        ({"pattern": ".*"}, "wrong", "lets avg_amount pass"),
        ({"right": []}, "right", "1 to 20 names"),
        ({"wrong": ["", " "]}, "wrong", "1 to 20 names"),
        ({"said": " "}, "said", "Say what the rule asks"),
        ({"kind": "table"}, "kind", "Choose from feature"),
    ],
)
def test_a_rule_is_tried_on_its_examples(place: SimpleNamespace, change: dict[str, Any], field: str, said: str) -> None:
    found = refused(lambda: create_naming_rule(place.project, actor=place.alice, **(WINDOW | change)))
    assert list(found) == [field]
    assert said in found[field][0]
    assert not NamingRule.objects.exists()


def test_a_change_is_tried_too(place: SimpleNamespace, rule: NamingRule) -> None:
    found = refused(lambda: change_naming_rule(rule, actor=place.alice, wrong=["avg_amount_7d"]))
    assert "lets avg_amount_7d pass" in found["wrong"][0]
    change_naming_rule(rule, actor=place.alice, is_on=False, reason="Not yet.")
    assert AuditEntry.objects.filter(action="governance.change_naming_rule").get().changes == {"is_on": [True, False]}


def test_it_is_asked_where_names_are_chosen(place: SimpleNamespace, rule: NamingRule) -> None:
    found = refused(lambda: register_feature(place.view, actor=place.alice, name="max_amount"))
    assert found == {"name": ["Names end in their window. Such as avg_amount_7d."]}
    assert register_feature(place.view, actor=place.alice, name="max_amount_7d").name == "max_amount_7d"
    create_naming_rule(
        place.project, actor=place.alice, kind="view", pattern=".*_stats", said="Views end in _stats",
        right=["user_stats"], wrong=["users"],
    )  # fmt: skip
    assert "name" in refused(lambda: create_view(place.project, actor=place.alice, name="users"))
    assert create_entity(place.project, actor=place.alice, name="user", join_keys=["user_id"]).name == "user"
    answer = api_as(place.alice).post("/api/v1/features", {"view": "pay.stats", "name": "total"}, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/name")


def test_it_is_asked_of_files(cast: SimpleNamespace) -> None:
    project = ProjectFactory(name="pay", owner=cast.payments)
    create_naming_rule(project, actor=cast.owner_a, **WINDOW)
    body = {"files": [{"path": "a.yaml", "text": VIEW}]}
    changes = api_as(cast.owner_a).post("/api/v1/plans", body, format="json").json()["changes"]
    found = {one["key"].split(".")[-1].partition("@")[0]: (one["result"], one["message"]) for one in changes}
    assert found["avg_amount_7d"][0] == "apply"
    assert found["home_town"] == ("error", "Names end in their window. Such as avg_amount_7d.")


def test_one_that_is_off_or_of_another_project_is_not(place: SimpleNamespace, rule: NamingRule) -> None:
    other = ProjectFactory(name="ads", owner=place.cast.payments)
    assert Names(other).refusal("feature", "total", "") == ""
    change_naming_rule(rule, actor=place.alice, is_on=False)
    assert Names(place.project).refusal("feature", "total", "") == ""


def test_advice_is_said_and_refuses_nothing(place: SimpleNamespace) -> None:
    create_naming_rule(place.project, actor=place.alice, **WINDOW, is_advice=True)
    assert [one.is_advice for one in Names(place.project).faults("feature", "total", "")] == [True]
    register_feature(place.view, actor=place.alice, name="total")
    page = page_as(place.alice).get("/new/alike?view=pay.stats&name=total2").content.decode()
    assert "Better otherwise" in page


def test_words_say_what_to_write_instead(place: SimpleNamespace) -> None:
    set_name_word(None, actor=place.cast.member, word="amt", instead="amount")
    set_name_word(None, actor=place.cast.member, word="foo")
    names = Names(place.project)
    assert names.refusal("feature", "avg_amt_7d", "") == "Names here say amount, not amt: avg_amount_7d."
    assert names.refusal("view", "foo_stats", "") == "Names here do not say foo."
    set_name_word(place.project, actor=place.alice, word="amt", instead="sum")
    assert "avg_sum_7d" in Names(place.project).refusal("feature", "avg_amt_7d", "")
    for wrong in ({"word": "Amt"}, {"word": "a_b"}, {"word": ""}, {"word": "x", "instead": "x_y"}, {"word": "ä"}):
        refused(lambda said=wrong: set_name_word(place.project, actor=place.alice, **said))
    assert NameWord.objects.count() == 3


def test_a_name_is_let_be_until_a_day(place: SimpleNamespace, rule: NamingRule) -> None:
    until = timezone.now().date() + timedelta(days=30)
    said = {"kind": "feature", "key": "pay.stats.total", "until": until, "reason": "Its model is retired in May."}
    waive_name(place.project, actor=place.alice, **said)
    assert Names(place.project).refusal("feature", "total", "pay.stats.total") == ""
    assert Names(place.project).refusal("feature", "total2", "pay.stats.total2") != ""
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert Names(place.project).refusal("feature", "total", "pay.stats.total") != ""
    for wrong in ({"until": until + timedelta(days=400)}, {"reason": "Short"}, {"key": "ads.x.y"}, {"kind": "table"}):
        refused(lambda change=wrong: waive_name(place.project, actor=place.alice, **(said | change)))
    assert NameWaiver.objects.count() == 1


def test_who_makes_rules(place: SimpleNamespace, rule: NamingRule) -> None:
    for who in (place.cast.owner_b, place.cast.viewer, place.cast.auditor):
        with pytest.raises(PermissionDenied):
            create_naming_rule(place.project, actor=who, **WINDOW)
        with pytest.raises(PermissionDenied):
            remove_naming_rule(rule, actor=who)
    with pytest.raises(PermissionDenied):
        create_naming_rule(None, actor=place.alice, **WINDOW)
    assert create_naming_rule(None, actor=place.cast.chair, **WINDOW).project is None
    assert create_naming_rule(place.project, actor=place.cast.member, **WINDOW).project == place.project


def test_what_is_there_already_is_counted_as_one_sees_it(place: SimpleNamespace, rule: NamingRule) -> None:
    hidden = ViewFactory(project=ProjectFactory(name="hidden", owner=place.cast.risk, visibility="restricted"))
    FeatureFactory(view=hidden, name="secret")
    everywhere = create_naming_rule(None, actor=place.cast.member, **WINDOW)
    found, broke, known = offenders(everywhere, place.cast.viewer, limit=10)
    assert ([one.key for one in found], broke, known) == (["pay.stats.amount"], 1, 2)
    assert offenders(everywhere, place.cast.owner_b, limit=0)[1:] == (2, 3)
    assert offenders(rule, place.cast.owner_b, limit=9)[1:] == (1, 2)


def test_pages_make_try_and_change_a_rule(place: SimpleNamespace) -> None:
    alice = page_as(place.alice)
    said = WINDOW | {"project": "pay", "right": "avg_amount_7d\n", "wrong": "avg_amount"}
    tried = alice.post("/policies/naming/new/", said | {"try": "1"}).content.decode()
    assert "pay.stats.amount" in tried
    assert not NamingRule.objects.exists()
    assert alice.post("/policies/naming/new/", said | {"project": ""}).status_code == 422
    path = alice.post("/policies/naming/new/", said)["Location"]
    assert "1 of 2 break it" in alice.get(path).content.decode()
    change = {name: said[name] for name in ("pattern", "said", "right", "wrong")} | {"is_on": "on"}
    tried = alice.post(path, change | {"pattern": "[a-z_]+_7d", "try": "1"}).content.decode()
    assert "Not saved yet." in tried
    assert NamingRule.objects.get().pattern == WINDOW["pattern"]
    assert alice.post(path, change | {"pattern": "("}).status_code == 422
    assert alice.post(path, change | {"said": "Say the window"}).status_code == 302
    bob = page_as(place.cast.owner_b)
    assert "Say the window" in bob.get("/policies/").content.decode()
    assert "Change it" not in bob.get(path).content.decode()
    assert bob.post(path, change).status_code == 403
    assert bob.get("/policies/naming/new/").status_code == 403
    assert alice.post(f"{path}remove").status_code == 302
    assert not NamingRule.objects.exists()


def test_pages_of_words_and_exceptions(place: SimpleNamespace, rule: NamingRule) -> None:
    alice = page_as(place.alice)
    alice.post("/policies/words/add", {"project": "pay", "word": "amt", "instead": "amount"})
    assert "amt" in alice.get("/policies/?of=words").content.decode()
    assert alice.post("/policies/words/add", {"project": "pay", "word": "A B"}).status_code == 422
    alice.post(f"/policies/words/{NameWord.objects.get().pk}/remove")
    assert not NameWord.objects.exists()
    until = timezone.now().date() + timedelta(days=9)
    said = {"kind": "feature", "key": "pay.stats.amount", "until": str(until), "reason": "It is old and liked."}
    assert alice.post("/policies/exceptions/add", said | {"key": "pay.nothing.amount"}).status_code == 422
    assert alice.post("/policies/exceptions/add", said).status_code == 302
    assert alice.post("/policies/exceptions/add", said | {"key": "pay.stats.to_come"}).status_code == 302
    assert register_feature(place.view, actor=place.alice, name="to_come").name == "to_come"
    assert "pay.stats.amount" in alice.get("/policies/?of=exceptions").content.decode()
    assert "Let be" in alice.get(rule.get_absolute_url()).content.decode()
    assert alice.get("/policies/?of=nothing").status_code == 404


def test_names_of_several_teams_wait_for_the_committee(place: SimpleNamespace) -> None:
    view = ViewFactory(project=ProjectFactory(name="risk", owner=place.cast.risk), name="v", owner=place.cast.risk)
    FeatureFactory(view=view, name="amount", owner=place.cast.risk)
    mia, path = page_as(place.cast.member), "/policies/?of=shared"
    shown = mia.get(path).content.decode()
    assert ("pay.stats.amount" in shown, "risk.v.amount" in shown, "Let them" in shown) == (True, True, True)
    assert "Let them" not in page_as(place.alice).get(path).content.decode()
    said = {"name": "amount", "reason": "They mean the same thing."}
    assert page_as(place.alice).post("/policies/shared/decide", said).status_code == 403
    assert mia.post("/policies/shared/decide", said).status_code == 302
    assert NameDecision.objects.get().teams.count() == 2
    assert "pay.stats.amount" not in mia.get(path).content.decode()
    assert mia.post("/policies/shared/decide", said).status_code == 404
    third = ProjectFactory(name="ads", owner=place.cast.payments)
    team = type(place.cast.risk).objects.create(slug="ads", name="Ads")
    FeatureFactory(view=ViewFactory(project=third, name="w", owner=team), name="amount", owner=team)
    assert "ads.w.amount" in mia.get(path).content.decode()


def test_programs_ask_and_rule(place: SimpleNamespace) -> None:
    alice: APIClient = api_as(place.alice)
    answer = alice.post("/api/v1/naming-rules", WINDOW | {"project": "pay"}, format="json")
    assert (answer.status_code, answer["Location"]) == (201, f"/api/v1/naming-rules/{answer.json()['id']}")
    path = answer["Location"]
    asked = {"project": "pay", "names": ["total", "total_7d", "Total"]}
    told = api_as(place.cast.viewer).post("/api/v1/names/check", asked, format="json").json()
    assert [one["ok"] for one in told["data"]] == [False, True, False]
    assert told["data"][0]["faults"][0]["rule"] == answer.json()["id"]
    wrong = alice.patch(path, {"pattern": ".*"}, format="json")
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/wrong")
    assert alice.patch(path, {"is_on": False}, format="json").json()["is_on"] is False
    assert api_as(place.cast.owner_b).patch(path, {"is_on": True}, format="json").status_code == 403
    word = alice.post("/api/v1/name-words", {"project": "pay", "word": "amt", "instead": "amount"}, format="json")
    assert alice.delete(f"/api/v1/name-words/{word.json()['id']}").status_code == 204
    until = str(timezone.now().date() + timedelta(days=9))
    waiver = {"key": "pay.stats.amount", "until": until, "reason": "It is old and liked."}
    assert alice.post("/api/v1/name-waivers", waiver, format="json").status_code == 201
    assert alice.get("/api/v1/name-waivers").json()["data"][0]["key"] == "pay.stats.amount"
    assert alice.delete(path).status_code == 204
    assert Feature.objects.count() == 2
