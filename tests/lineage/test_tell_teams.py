"""One message to all who are hit by a table or job: who may write it, who gets it, and that it is sent once."""

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from lineage.actions.bridging import bridge_changed
from lineage.actions.warning import tell_teams
from lineage.models import Node
from lineage.queries.recipients import whom
from registry.actions.notices import choose_notices
from registry.choices import Visibility
from registry.models import AuditEntry, Delivery, Membership, Message, Usage
from registry.outbox.sending import send_due
from tests.cast import api_as, page_as, person
from tests.factories import ConsumerFactory, FeatureFactory, ProjectFactory, TeamFactory, ViewFactory
from tests.lineage.orders import CLEAN, RAW, run
from tests.lineage.sent import tell

TEXT = "Since nine no orders arrive."


@pytest.fixture
def raw(world: SimpleNamespace) -> Node:
    return Node.objects.get(name=RAW)


def warn(node: Node, actor: Any, **said: Any) -> Any:
    return tell_teams(node, actor=actor, **{"text": TEXT, "sending": uuid4()} | said)


def told() -> dict[str, list[str]]:
    """By team, the keys that its message names."""
    return {one.data["team"]: one.data["keys"] for one in Message.objects.order_by("pk")}


def test_owners_and_teams_of_consumers_are_told_what_is_theirs(world: SimpleNamespace, raw: Node) -> None:
    warn(raw, world.cast.owner_a)
    assert told() == {"payments": ["secret.scores", "shop.order_stats"], "risk": ["model:fraud"]}
    message = Message.objects.get(teams=world.cast.risk)
    assert (message.event, message.title) == ("impact.told", "Upstream of yours: raw.orders")
    assert message.letter["paragraphs"] == [TEXT]
    assert ["Of yours", "model:fraud (certain)"] in message.letter["facts"]
    assert "shop.order_stats" not in str(message.letter)
    assert message.letter["links"] == [["Who is hit", f"/a/{raw.pk}/#impact"]]


def test_paragraphs_stay_as_a_form_sends_them(world: SimpleNamespace, raw: Node) -> None:
    warn(raw, world.cast.owner_a, text="It is late.\r\n\r\nWe are at it.\r\n")
    assert all(one.letter["paragraphs"] == ["It is late.", "We are at it."] for one in Message.objects.all())


def test_mails_are_sent_once(world: SimpleNamespace, raw: Node) -> None:
    sending = uuid4()
    warn(raw, world.cast.owner_a, sending=sending)
    with pytest.raises(ValidationError, match="sent already"):
        warn(raw, world.cast.owner_a, sending=sending)
    assert AuditEntry.objects.filter(action="lineage.tell_teams").count() == 1
    send_due()
    send_due()
    people = {user.email for user in (world.cast.owner_a, world.cast.owner_b)}
    assert sorted(one.to[0] for one in mail.outbox) == sorted(people)
    assert all(TEXT in one.body for one in mail.outbox)


def test_people_are_told_as_they_chose(world: SimpleNamespace, raw: Node) -> None:
    choose_notices(world.cast.owner_b, actor=world.cast.owner_b, cadences={"impact.told": "daily"})
    choose_notices(world.cast.owner_a, actor=world.cast.owner_a, cadences={"impact.told": "off"})
    warn(raw, world.cast.owner_a)
    (one,) = Delivery.objects.all()
    assert (one.address, one.is_digest) == (world.cast.owner_b.email, True)


@pytest.mark.parametrize(
    ("role", "may"),
    [("owner_a", True), ("owner_b", True), ("admin", True), ("viewer", False), ("member", False), ("auditor", False)],
)
def test_who_may(world: SimpleNamespace, raw: Node, role: str, may: bool) -> None:
    actor = getattr(world.cast, role)
    if may:
        warn(raw, actor)
    else:
        with pytest.raises(PermissionDenied):
            warn(raw, actor)
    assert Message.objects.exists() == may
    assert page_as(actor).get(f"/a/{raw.pk}/impact/tell/").status_code == (200 if may else 403)
    assert (f"/a/{raw.pk}/impact/tell/" in page_as(actor).get(f"/a/{raw.pk}/").content.decode()) == may


def test_a_team_beside_it_may_not(world: SimpleNamespace, raw: Node) -> None:
    other = person("otto", team=TeamFactory(slug="other"))
    with pytest.raises(PermissionDenied):
        warn(raw, other)


def test_owners_of_single_features_are_told(world: SimpleNamespace, raw: Node) -> None:
    FeatureFactory(view=world.view, name="tax", owner=TeamFactory(slug="tax"))
    warn(raw, world.cast.admin)
    assert told()["tax"] == ["shop.order_stats"]


def test_those_who_are_hidden_are_told_and_not_shown(world: SimpleNamespace, raw: Node) -> None:
    hidden = ProjectFactory(name="vault", owner=TeamFactory(slug="vault"), visibility=Visibility.RESTRICTED)
    view = ViewFactory(project=hidden, name="sums")
    view.upstream_views.add(world.view)
    bridge_changed()
    shown = page_as(world.cast.owner_b).get(f"/a/{raw.pk}/impact/tell/").content.decode()
    assert "vault" not in shown
    assert "shop.order_stats" in shown
    answer = api_as(world.cast.owner_b).post("/api/v1/lineage/impact/tell", {"node": RAW, "text": TEXT})
    assert [one["team"] for one in answer.json()["told"]] == ["payments", "risk"]
    assert "secret.scores" not in answer.content.decode()
    assert told()["vault"] == ["vault.sums"]


def test_of_one_column(world: SimpleNamespace, raw: Node) -> None:
    warn(raw, world.cast.owner_a, column="country")
    assert told() == {"payments": ["shop.order_stats"]}
    assert ["Column", "country"] in Message.objects.first().letter["facts"]  # type: ignore[union-attr]


def test_nobody_to_tell(world: SimpleNamespace) -> None:
    tell(run("aside", ["a.b"], ["a.c"]))
    lone = Node.objects.get(name="a.b")
    with pytest.raises(ValidationError, match="Nobody answers"):
        warn(lone, world.cast.admin)
    assert "Nobody to tell" in page_as(world.cast.admin).get(f"/a/{lone.pk}/impact/tell/").content.decode()


@pytest.mark.parametrize("text", ["", "  ", "x" * 2_001])
def test_a_text_is_wanted(world: SimpleNamespace, raw: Node, text: str) -> None:
    with pytest.raises(ValidationError, match="Say what is wrong"):
        warn(raw, world.cast.owner_a, text=text)
    assert not Message.objects.exists()


def test_only_of_tables_and_jobs(world: SimpleNamespace) -> None:
    node = Node.objects.get(view=world.view)
    with pytest.raises(ValidationError, match="tables and jobs"):
        warn(node, world.cast.admin)
    assert page_as(world.cast.owner_a).get(f"/a/{node.pk}/impact/tell/").status_code == 404


def test_a_job_hits_what_it_writes_whatever_it_says_of_columns(world: SimpleNamespace) -> None:
    warn(Node.objects.get(name="clean"), world.cast.owner_a)
    assert set(told()) == {"payments", "risk"}
    found = world.api.get("/api/v1/lineage/impact", {"node": "job:etl:clean"}).json()["affected"]
    assert {(one["key"], one["sure"], one["depth"]) for one in found} == {
        ("shop.order_stats", "certain", 2), ("secret.scores", "certain", 2), ("model:fraud", "certain", 3),
    }  # fmt: skip


def test_it_is_audited(world: SimpleNamespace, raw: Node) -> None:
    warn(raw, world.cast.owner_a)
    entry = AuditEntry.objects.get(action="lineage.tell_teams")
    assert (entry.actor_name, entry.object_id) == ("alice", str(raw.pk))
    assert entry.changes == {"text": [None, TEXT], "told": [None, ["payments", "risk"]]}


def test_teams_and_things_without_anybody_are_shown(world: SimpleNamespace, raw: Node) -> None:
    Membership.objects.filter(team=world.cast.risk).delete()
    feature = world.view.features.get(name="amount")
    Usage.objects.create(consumer=ConsumerFactory(name="stray", team=None), feature=feature, evidence="declared")
    bridge_changed()
    found = whom(raw)
    assert {one.team.slug: one.is_reachable for one in found.teams} == {"payments": True, "risk": False}
    assert [hit.key for hit in found.unowned] == ["model:stray"]
    shown = page_as(world.cast.owner_a).get(f"/a/{raw.pk}/impact/tell/").content.decode()
    assert "Cannot be told" in shown
    assert "model:stray" in shown


class Page:
    def __init__(self, user: Any) -> None:
        self.browser: Client = page_as(user)

    def __call__(self, node: Node, text: str) -> bool:
        address = f"/a/{node.pk}/impact/tell/"
        shown = self.browser.get(address)
        if shown.status_code != 200:
            return False
        sending = shown.context["form"]["sending"].value()
        answers = [self.browser.post(address, {"text": text, "sending": sending}) for _ in range(2)]
        assert answers[1].status_code == 422  # pressed twice
        return answers[0].status_code == 302


class Api:
    def __init__(self, user: Any) -> None:
        self.client = api_as(user)

    def __call__(self, node: Node, text: str) -> bool:
        body, once = {"node": node.reference, "text": text}, {"HTTP_IDEMPOTENCY_KEY": str(uuid4())}
        assert self.client.post("/api/v1/lineage/impact/tell?dry_run=true", body).status_code in (200, 403, 422)
        assert not Message.objects.exists()
        answers = [self.client.post("/api/v1/lineage/impact/tell", body, **once).status_code for _ in range(2)]
        assert answers[0] == answers[1]
        return answers[0] == 200


@pytest.mark.parametrize("door", [Page, Api])
def test_page_and_api_come_to_the_same(world: SimpleNamespace, raw: Node, door: Any) -> None:
    assert not door(world.cast.viewer)(raw, TEXT)
    assert not door(world.cast.owner_b)(raw, " ")
    assert not Message.objects.exists()
    assert door(world.cast.owner_b)(raw, TEXT)
    assert set(told()) == {"payments", "risk"}
    assert Message.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "status"),
    [({"node": "no.where", "text": TEXT}, 404), ({"text": TEXT}, 422), ({"node": CLEAN}, 422),
     ({"node": CLEAN, "text": TEXT, "to": "all"}, 422)],
)  # fmt: skip
def test_what_the_api_refuses(world: SimpleNamespace, body: dict[str, str], status: int) -> None:
    assert world.api.post("/api/v1/lineage/impact/tell", body).status_code == status
    assert not Message.objects.exists()
