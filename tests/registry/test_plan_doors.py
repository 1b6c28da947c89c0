"""Plans over the API and on pages: the same answers and the same refusals."""

from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from registry.models import Feature, FeatureView, Message, Plan, Project
from tests.cast import api_as, page_as
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory
from tests.registry.test_plans import VIEW

API = "/api/v1"


@pytest.fixture
def project(cast: SimpleNamespace) -> Project:
    return ProjectFactory(name="pay", owner=cast.payments)


def planned(actor: Any, text: str = VIEW, **more: Any) -> Any:
    body = {"files": [{"path": "features/stats.yaml", "text": text}], **more}
    return api_as(actor).post(f"{API}/plans", body)


def test_plan_approve_and_apply(cast: SimpleNamespace, project: Project) -> None:
    made = planned(cast.owner_a, source="https://git.example.org/f", commit="abc1234")
    assert made.status_code == 201, made.content
    plan = made.json()
    assert made["Location"] == f"{API}/plans/{plan['id']}"
    assert [(one["key"], one["action"]) for one in plan["changes"]][0] == ("pay.stats", "add")
    assert (plan["state"], plan["needs"], plan["impact"], plan["approvals"]) == ("open", [], [], [])
    client = api_as(cast.owner_a)
    assert client.post(f"{API}/plans/{plan['id']}/apply", {}).json()["state"] == "applied"
    assert client.post(f"{API}/plans/{plan['id']}/apply", {}).status_code == 200
    assert Feature.objects.count() == 2
    lower = planned(cast.owner_a, VIEW.replace("quasi-identifier", "pseudonymous")).json()
    refused = client.post(f"{API}/plans/{lower['id']}/apply", {})
    assert (refused.status_code, "waits for committee" in str(refused.json()["errors"])) == (422, True)
    assert client.post(f"{API}/plans/{lower['id']}/approve", {"party": "committee"}).status_code == 422
    said = api_as(cast.member).post(f"{API}/plans/{lower['id']}/approve", {"party": "committee", "note": "Hashed."})
    assert said.json()["approvals"][0]["note"] == "Hashed."
    assert client.post(f"{API}/plans/{lower['id']}/apply", {}).json()["applied_by"] == cast.owner_a.username


def test_who_must_approve_is_told_once_a_day_for_a_repository(cast: SimpleNamespace, project: Project) -> None:
    client = api_as(cast.owner_a)
    client.post(f"{API}/plans/{planned(cast.owner_a).json()['id']}/apply", {})
    lower, source = VIEW.replace("quasi-identifier", "pseudonymous"), "https://git.example.org/f"
    for _ in range(2):
        assert planned(cast.owner_a, lower, source=source).json()["needs"][0]["party"] == "committee"
    sent = Message.objects.filter(event="plan.waiting")
    assert sent.count() == 1
    assert set(sent.get().deliveries.values_list("address", flat=True)) == {cast.member.email, cast.chair.email}
    planned(cast.owner_a, lower)
    planned(cast.owner_a, VIEW.replace("description: Mean", "description: The mean"))
    assert sent.count() == 2, "plans of nowhere are told one by one, and those that wait for nobody not at all"


def test_a_new_feature_that_is_there_already_is_noticed(cast: SimpleNamespace, project: Project) -> None:
    view = ViewFactory(project=ProjectFactory(name="old"), name="v")
    FeatureFactory(view=view, name="mean_amt_week", entity_names=["user"], dtype="float64")
    FeatureFactory(view=view, name="mean_amt_month", entity_names=["user"], dtype="float64")
    changes = {one["key"]: one for one in planned(cast.owner_a).json()["changes"]}
    found = changes["pay.stats.avg_amount_7d@1"]
    assert (found["rule"], found["result"]) == ("N001", "notice")
    assert "Much the same as old.v.mean_amt_week, 78 %" in found["message"]
    assert changes["pay.stats.home_town@1"]["result"] == "apply"
    plan = planned(cast.owner_a).json()
    assert api_as(cast.owner_a).post(f"{API}/plans/{plan['id']}/apply", {}).json()["state"] == "applied"


def test_what_is_wrong_in_a_file_is_said_with_its_line(cast: SimpleNamespace, project: Project) -> None:
    text = VIEW.replace("dtype: string", "dtype: text").replace("      unit: EUR\n", "      uni: EUR\n")
    refused = planned(cast.owner_a, text)
    assert refused.status_code == 422
    found = [(one["path"], one["line"], one["pointer"], one["code"]) for one in refused.json()["errors"]]
    assert found == [
        ("features/stats.yaml", 19, "/spec/features/0/uni", "unknown_field"),
        ("features/stats.yaml", 25, "/spec/features/1/dtype", "pattern"),
    ]
    assert not Plan.objects.exists()


def test_trying_keeps_nothing(cast: SimpleNamespace, project: Project) -> None:
    body = {"files": [{"path": "a.yaml", "text": VIEW}]}
    tried = api_as(cast.owner_a).post(f"{API}/plans?dry_run=true", body)
    assert (tried.status_code, len(tried.json()["changes"]), Plan.objects.count()) == (201, 3, 0)


def test_a_token_that_only_reads_cannot_plan(cast: SimpleNamespace, project: Project) -> None:
    body = {"files": [{"path": "a.yaml", "text": VIEW}]}
    assert api_as(cast.owner_a, "features:read").post(f"{API}/plans", body).status_code == 403


def test_what_is_exported_is_planned_without_a_change(cast: SimpleNamespace, project: Project) -> None:
    plan = planned(cast.owner_a).json()
    client = api_as(cast.owner_a)
    client.post(f"{API}/plans/{plan['id']}/apply", {})
    answer = client.get(f"{API}/export?format=yaml&project=pay")
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("# yaml-language-server: $schema=")
    assert planned(cast.owner_a, text).json()["changes"] == []
    others = b"".join(api_as(cast.viewer).get(f"{API}/export?format=yaml").streaming_content).decode()
    assert yaml.safe_load(others)["metadata"]["name"] == "stats"


def test_the_schema_is_open_to_editors(client: Any) -> None:
    answer = client.get(f"{API}/schemas/feature-view.json")
    assert answer.status_code == 200
    assert answer.json()["$id"].endswith("/api/v1/schemas/feature-view.json")
    assert client.get(f"{API}/schemas/other.json").status_code == 404


def test_the_page_says_what_changes_and_applies_it(cast: SimpleNamespace, project: Project) -> None:
    plan = Plan.objects.get(pk=int(planned(cast.owner_a).json()["id"].removeprefix("PL-")))
    browser = page_as(cast.owner_a)
    page = browser.get(plan.get_absolute_url()).content.decode()
    assert "Apply 3 changes" in page
    assert "pay.stats.avg_amount_7d@1" in page
    assert "Apply" not in page_as(cast.viewer).get(plan.get_absolute_url()).content.decode()
    assert page_as(cast.viewer).post(f"{plan.get_absolute_url()}apply").status_code == 403
    browser.post(f"{plan.get_absolute_url()}apply")
    view = FeatureView.objects.get()
    shown = browser.get(view.get_absolute_url()).content.decode()
    assert "Kept in git" in shown
    assert "features/stats.yaml" in shown
    assert "says already what the files say" in browser.get(_page(planned(cast.owner_a))).content.decode()
    listed = browser.get("/plans/").content.decode()
    assert "No changes" in listed
    browser.post(f"{view.get_absolute_url()}release/")
    assert FeatureView.objects.get().file == ""
    assert set(Feature.objects.get(name="home_town").managers.values()) == {"page"}


def test_the_page_asks_those_who_must_say_yes(cast: SimpleNamespace, project: Project) -> None:
    api_as(cast.owner_a).post(f"{API}/plans/{planned(cast.owner_a).json()['id']}/apply", {})
    longer = browsed(cast.owner_a, _page(planned(cast.owner_a, VIEW.replace("ttl: 7d", "ttl: 9d"))))
    assert ("<del>7 d</del>" in longer, "<ins>9 d</ins>" in longer) == (True, True)
    address = _page(planned(cast.owner_a, VIEW.replace("team:payments", "team:risk")))
    assert "Approve for team:risk" not in page_as(cast.owner_a).get(address).content.decode()
    risk = page_as(cast.owner_b)
    assert "Approve for team:risk" in risk.get(address).content.decode()
    risk.post(f"{address}approve", {"party": "team:risk"})
    risk.post(f"{address}apply")
    assert FeatureView.objects.get().owner == cast.risk


def test_plans_of_hidden_projects_do_not_exist_for_others(cast: SimpleNamespace, project: Project) -> None:
    plan = planned(cast.owner_a).json()
    Project.objects.update(visibility="restricted")
    for role, status in (("viewer", 404), ("owner_b", 404), ("owner_a", 200), ("auditor", 200)):
        assert api_as(getattr(cast, role)).get(f"{API}/plans/{plan['id']}").status_code == status
        assert page_as(getattr(cast, role)).get(f"/plans/{plan['id']}/").status_code == status
    assert api_as(cast.viewer).get(f"{API}/plans").json()["data"] == []


def test_lists_ask_a_fixed_number_of_questions(
    cast: SimpleNamespace, project: Project, django_assert_max_num_queries: Any
) -> None:
    for _ in range(20):
        planned(cast.owner_a)
    browser = page_as(cast.owner_a)
    browser.get("/plans/")
    with django_assert_max_num_queries(8):
        browser.get("/plans/")


def browsed(actor: Any, address: str) -> str:
    return page_as(actor).get(address).content.decode()


def _page(answer: Any) -> str:
    return f"/plans/{answer.json()['id']}/"
