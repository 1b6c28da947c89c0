"""What people know and no tool tells: said, shown, audited, taken back; and what may be one thing is only suggested."""

from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from rest_framework.test import APIClient

from lineage.actions.bridging import bridge_changed
from lineage.actions.replaying import replay
from lineage.actions.saying import say_flow, say_same, unsay_flow, unsay_same
from lineage.models import Edge, Node
from lineage.openlineage.names import dataset_id
from lineage.queries.suggestions import may_be_same
from registry.models import AuditEntry
from tests.cast import api_as, page_as
from tests.lineage.orders import CLEAN, RAW, WAREHOUSE, run
from tests.lineage.sent import state, tell

WHY = "I wrote the script that copies it."


def node(name: str) -> Node:
    return Node.objects.get(name=name)


@pytest.fixture
def copy(world: SimpleNamespace) -> Node:
    """A table that some script fills."""
    tell(run("report", ["lake.raw.orders"], ["lake.report"]))
    return node("lake.raw.orders")


def flows() -> set[tuple[str, str]]:
    return set(Edge.objects.flowing().values_list("source__name", "target__name"))


def test_an_edge_that_somebody_says(world: SimpleNamespace, copy: Node) -> None:
    alice = world.cast.owner_a
    said = say_flow(node(RAW), actor=alice, target=copy, reason=WHY)
    assert (RAW, "lake.raw.orders") in flows()
    audited = AuditEntry.objects.get(action="lineage.say_flow")
    assert (audited.actor, audited.reason) == (alice, WHY)
    unsay_flow(said.source, actor=alice, said=said)
    assert (RAW, "lake.raw.orders") not in flows()


def test_it_stays_whatever_events_say(world: SimpleNamespace, copy: Node) -> None:
    say_flow(node(RAW), actor=None, target=copy, reason=WHY)
    tell(run("report", ["lake.raw.orders"], ["lake.report"], "2026-11-25T12:00:00Z"))
    replay(from_nothing=True)
    bridge_changed()
    assert (RAW, "lake.raw.orders") in flows()


def test_two_names_of_one_thing(world: SimpleNamespace, copy: Node) -> None:
    before = state()["edges"]
    chosen = say_same(copy, actor=world.cast.owner_a, other=node(RAW), reason=WHY)
    other = {RAW, "lake.raw.orders"} - {chosen.name}
    assert ("report", "lake.report") in flows()
    assert not {edge for edge in flows() if other & set(edge)}
    assert {target for source, target in flows() if source == chosen.name} >= {"report", CLEAN}
    unsay_same(copy, actor=world.cast.owner_a, other=node(RAW))
    assert state()["edges"] == before


def test_what_the_registry_tells_follows(world: SimpleNamespace) -> None:
    tell(run("other", [], ["lake.clean.orders"]))
    say_same(node("lake.clean.orders"), actor=None, other=node(CLEAN), reason=WHY)
    bridge_changed()
    standing = Node.objects.get(pk=node(CLEAN).same_as_id)
    assert (standing.name, "shop.order_stats") in flows()
    replay(from_nothing=True)
    bridge_changed()
    assert (standing.name, "shop.order_stats") in flows()


def test_who_may_not(world: SimpleNamespace, copy: Node) -> None:
    for verb, given in ((say_flow, {"target": copy}), (say_same, {"other": copy})):
        with pytest.raises(PermissionDenied):
            verb(node(RAW), actor=world.cast.viewer, reason=WHY, **given)


@pytest.mark.parametrize(("other", "reason", "field"), [(RAW, WHY, "other"), ("lake.raw.orders", "so", "reason")])
def test_what_makes_no_sense(world: SimpleNamespace, copy: Node, other: str, reason: str, field: str) -> None:
    for verb, name in ((say_flow, "target"), (say_same, "other")):
        with pytest.raises(ValidationError) as refused:
            verb(node(RAW), actor=None, reason=reason, **{name: node(other)})
        assert list(refused.value.message_dict) == [field]


def test_a_job_is_what_it_is_called(world: SimpleNamespace, copy: Node) -> None:
    with pytest.raises(ValidationError):
        say_same(copy, actor=None, other=node("clean"), reason=WHY)


def test_what_may_be_the_same_is_suggested_and_not_joined(world: SimpleNamespace, copy: Node) -> None:
    assert may_be_same(world.cast.owner_a, copy) == [node(RAW)]
    assert copy.same_as_id != node(RAW).same_as_id
    shown = page_as(world.cast.owner_a).get(f"/a/{copy.pk}/").content.decode()
    assert "May be the same as" in shown
    assert f"relation=same&amp;other={node(RAW).pk}" in shown


def test_the_page(world: SimpleNamespace, copy: Node) -> None:
    alice, address = page_as(world.cast.owner_a), f"/a/{copy.pk}/say"
    refused = alice.post(address, {"relation": "comes_from", "other": "no.such.table", "reason": WHY})
    assert refused.status_code == 422
    assert "Lineage knows no such thing" in refused.content.decode()
    assert alice.post(address, {"relation": "comes_from", "other": RAW, "reason": WHY}).status_code == 302
    assert (RAW, "lake.raw.orders") in flows()
    shown = alice.get(f"/a/{copy.pk}/").content.decode()
    assert WHY in shown
    said = shown.partition('name="said" value="')[2].partition('"')[0]
    assert alice.post(f"/a/{copy.pk}/take-back", {"said": said}).status_code == 302
    assert (RAW, "lake.raw.orders") not in flows()
    stranger = page_as(world.cast.viewer)
    assert stranger.get(address).status_code == 403
    assert "Say what no tool tells" not in stranger.get(f"/a/{copy.pk}/").content.decode()


@pytest.mark.parametrize("relation", ["goes_to", "same"])
def test_over_the_api(world: SimpleNamespace, copy: Node, relation: str) -> None:
    before = state()["edges"]
    said = {"relation": relation, "node": f"dataset:{WAREHOUSE}:{RAW}", "other": str(copy.pk), "reason": WHY}
    assert world.api.post("/api/v1/lineage/sayings", said).status_code == 201
    assert state()["edges"] != before
    assert world.api.post("/api/v1/lineage/sayings/withdraw", said).status_code == 204
    assert state()["edges"] == before
    again = world.api.post("/api/v1/lineage/sayings/withdraw", said)
    assert again.status_code == 422
    assert api_as(world.cast.viewer).post("/api/v1/lineage/sayings", said).status_code == 403
    unknown = world.api.post("/api/v1/lineage/sayings", said | {"other": "nothing.here"})
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/other")


def test_what_is_hidden_is_not_found_by_another_name(world: SimpleNamespace, client: APIClient) -> None:
    tell(run("feast", [], ["lake.scores"]))
    hidden = Node.objects.get(pk=dataset_id("charter", "secret.scores"))
    say_same(node("lake.scores"), actor=None, other=hidden, reason=WHY)
    for name in ("lake.scores", f"dataset:{WAREHOUSE}:lake.scores", str(node("lake.scores").pk)):
        answer = api_as(world.cast.viewer).get("/api/v1/lineage/graph", {"node": name})
        assert answer.status_code == 404, name
        assert world.api.get("/api/v1/lineage/graph", {"node": name}).status_code == 200, name
