"""How far a model has moved: by what is read, what was compared and what has ended, and by nothing else."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from monitoring.actions.moves import drop_move, set_move
from monitoring.models import Parity, ParityFeature
from monitoring.moving import Row, Stage, boards
from registry.actions.endings import deprecate_version
from registry.choices import PrivacyClass, VersionState, Visibility
from registry.models import AuditEntry, Feature, FeatureView, ReadDay, Usage, Version
from tests.cast import api_as, page_as
from tests.factories import ConsumerFactory, FeatureFactory, ProjectFactory, ViewFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(cast: SimpleNamespace) -> SimpleNamespace:
    """A model of team risk that reads bank.legacy.amount, of team payments; bank.fresh.amount is to replace it."""
    project = ProjectFactory(name="bank", owner=cast.payments)
    old, new = (
        FeatureFactory(view=ViewFactory(project=project, name=name), name="amount") for name in ("legacy", "fresh")
    )
    FeatureView.objects.update(changed_at=timezone.now() - timedelta(days=3))
    model = ConsumerFactory(name="fraud", team=cast.risk)
    reads(model, old)
    return SimpleNamespace(cast=cast, old=old, new=new, model=model, before=one(old), after=one(new))


def one(feature: Feature) -> Version:
    held: Version = feature.versions.get()
    return held


def reads(consumer: Any, feature: Feature, evidence: str = "declared", **facts: Any) -> Usage:
    held: Usage = Usage.objects.create(consumer=consumer, feature=feature, evidence=evidence, **facts)
    return held


def row(made: SimpleNamespace, **asked: Any) -> Row:
    (found,) = boards([made.model], asked.get("actor", made.cast.owner_b))[made.model.pk]
    return found


def moves(made: SimpleNamespace) -> None:
    set_move(made.model, actor=made.cast.owner_b, old=made.before, new=made.after)


def compared(made: SimpleNamespace, *, differing: int = 0, coverage: int = 100, old_name: str = "amount") -> Parity:
    run = Parity.objects.create(
        old=made.old.view, new=made.new.view, pass_mark=0.995, tolerance=0.0, sample=100, state="running",
        sampled=100, only_old=100 - coverage, only_new=0, equal=coverage - differing, nulls_agreeing=1.0,
    )  # fmt: skip
    ParityFeature.objects.create(
        parity=run, old=old_name, new="amount", compared=coverage, differing=differing, absent_old=0, absent_new=0
    )
    run.state, run.finished_at = ("failed" if differing else "passed"), timezone.now()
    run.save()
    return run


def test_from_legacy_to_removed(made: SimpleNamespace) -> None:
    moves(made)
    found = row(made)
    assert (found.stage, found.parity.state, found.is_red) == (Stage.LEGACY, "unknown", False)
    assert found.step[:2] == ("Compare both views", "Payments Features")
    assert "old=bank.legacy&new=bank.fresh" in found.step[2]
    compared(made)
    assert row(made).step[:2] == ("Read the new one beside the old one", "Risk")
    reads(made.model, made.new)
    found = row(made)
    assert (found.stage, found.parity.state, found.is_red) == (Stage.SHADOW, "passed", False)
    assert found.step[0] == "Stop reading the old one"
    Usage.objects.filter(feature=made.old).update(gone_at=timezone.now())
    found = row(made)
    assert (found.stage, found.step[:2]) == (Stage.SWITCHED, ("Retire the old one", "Payments Features"))
    for state in (VersionState.DEPRECATED, VersionState.RETIRED):
        Version.objects.filter(pk=made.before.pk).update(state=state, deprecated_at=timezone.now())
    assert (row(made).stage, row(made).step) == (Stage.REMOVED, ("", "", ""))


def test_observed_reads_count_for_a_month(made: SimpleNamespace) -> None:
    moves(made)
    reads(made.model, made.new, "observed", last_seen_at=timezone.now() - timedelta(days=40))
    assert row(made).stage == Stage.LEGACY
    day = timezone.now().date()
    ReadDay.objects.create(
        consumer=made.model, feature=made.new, number=1, day=day, reads=3, last_at=timezone.now(), token_name="t"
    )
    assert row(made).stage == Stage.SHADOW
    assert row(made).reads_new == [f"observed {day}"]
    Usage.objects.filter(feature=made.old).update(gone_at=timezone.now())
    ReadDay.objects.create(
        consumer=made.model, feature=made.old, number=1, day=day, reads=1, last_at=timezone.now(), token_name="t"
    )
    assert row(made).stage == Stage.SHADOW  # it says that it has switched, and reads the old one all the same


def test_a_grant_is_no_read(made: SimpleNamespace) -> None:
    moves(made)
    reads(made.model, made.new, "grant")
    assert row(made).stage == Stage.LEGACY


@pytest.mark.parametrize(
    ("differing", "coverage", "why"),
    [(3, 100, "3 of 100 entities differ"), (0, 90, "The views share 90 of 100 entities")],
)
def test_red_where_it_moves_to_something_else(made: SimpleNamespace, differing: int, coverage: int, why: str) -> None:
    moves(made)
    run = compared(made, differing=differing, coverage=coverage)
    found = row(made)
    assert (found.parity.state, found.is_red) == ("failed", True)
    assert why in found.parity.why
    assert found.step == ("Mend what differs, then compare again", "Payments Features", run.get_absolute_url())


def test_red_where_it_has_moved_and_nobody_knows(made: SimpleNamespace) -> None:
    moves(made)
    reads(made.model, made.new)
    assert (row(made).stage, row(made).is_red) == (Stage.SHADOW, True)
    Usage.objects.filter(feature=made.old).update(gone_at=timezone.now())
    assert (row(made).stage, row(made).is_red, row(made).step[0]) == (Stage.SWITCHED, True, "Compare both views")


def test_a_comparison_says_nothing_once_a_view_has_changed(made: SimpleNamespace) -> None:
    moves(made)
    compared(made)
    FeatureView.objects.filter(pk=made.new.view.pk).update(changed_at=timezone.now() + timedelta(seconds=1))
    assert (row(made).parity.state, row(made).parity.why[:20]) == ("unknown", "One of the views has")


def test_a_comparison_that_left_it_out_says_nothing(made: SimpleNamespace) -> None:
    moves(made)
    compared(made, old_name="another")
    assert row(made).parity.why == "The last comparison left this feature out."


def test_what_cannot_be_compared_is_unknown_and_goes_on(made: SimpleNamespace) -> None:
    Feature.objects.filter(pk=made.old.pk).update(privacy_class=PrivacyClass.DIRECT_IDENTIFIER)
    moves(made)
    found = row(made)
    assert (found.parity.state, found.parity.why) == ("unknown", "Personal data is not compared.")
    assert found.step[0] == "Read the new one beside the old one"


def test_a_deprecation_names_the_replacement_by_itself(made: SimpleNamespace) -> None:
    assert boards([made.model], made.cast.owner_b)[made.model.pk] == []
    deprecate_version(
        made.before, actor=made.cast.owner_a, sunset_on=(timezone.now() + timedelta(days=90)).date(),
        reason="The new one is fresher.", replacement=made.after,
    )  # fmt: skip
    found = row(made)
    assert (found.new, found.is_said, found.stage) == (made.after, False, Stage.LEGACY)
    Version.objects.filter(pk=made.before.pk).update(replacement=None)
    assert row(made).step[:2] == ("Name what replaces it", "Risk")


def test_what_one_may_not_see_is_not_named(made: SimpleNamespace) -> None:
    moves(made)
    hidden = ProjectFactory(owner=made.cast.payments, visibility=Visibility.RESTRICTED)
    Feature.objects.filter(pk=made.new.pk).update(project=hidden)
    FeatureView.objects.filter(pk=made.new.view.pk).update(project=hidden)
    found = row(made, actor=made.cast.viewer)
    assert (found.new, found.is_hidden) == (None, True)
    for client in (page_as(made.cast.viewer), api_as(made.cast.viewer)):
        for address in ("/migrations/model/fraud/", "/api/v1/consumers/model:fraud/migration"):
            assert "fresh" not in client.get(address).content.decode()


def test_who_may_say_so_and_what_makes_no_sense(made: SimpleNamespace) -> None:
    with pytest.raises(PermissionDenied):
        set_move(made.model, actor=made.cast.owner_a, old=made.before, new=made.after)
    with pytest.raises(ValidationError):
        set_move(made.model, actor=made.cast.owner_b, old=made.before, new=made.before)
    moves(made)
    with pytest.raises(ValidationError):
        set_move(made.model, actor=made.cast.owner_b, old=made.after, new=made.before)
    assert AuditEntry.objects.filter(action="monitoring.set_move").count() == 1
    drop_move(made.model, actor=made.cast.admin, old=made.before)
    assert boards([made.model], made.cast.owner_b)[made.model.pk] == []
    with pytest.raises(ValidationError):
        drop_move(made.model, actor=made.cast.admin, old=made.before)


def test_pages_say_it(made: SimpleNamespace) -> None:
    page = page_as(made.cast.owner_b)
    assert "Nobody moves" in page.get("/migrations/").content.decode()
    wrong = page.post("/migrations/model/fraud/move", {"old": "bank.legacy.amount", "new": "bank.no.such"})
    assert (wrong.status_code, "no such feature" in wrong.content.decode()) == (422, True)
    sent = {"old": "bank.legacy.amount", "new": "bank.fresh.amount@1", "reason": "It is fresher."}
    done = page.post("/migrations/model/fraud/move", sent)
    assert (done.status_code, done["Location"]) == (302, "/migrations/model/fraud/")
    reads(made.model, made.new)
    for address in ("/migrations/", "/migrations/?kind=model&of=ours"):
        assert "1 not known to be the same" in page.get(address).content.decode()
    board = page.get("/migrations/model/fraud/").content.decode()
    for words in ("bank.legacy.amount@1", "bank.fresh.amount@1", "Shadow", "Compare both views", "somebody said so"):
        assert words in board, words
    sheet = b"".join(page.get("/migrations/model/fraud/?format=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert sheet.splitlines()[1].startswith("bank.legacy.amount@1,bank.fresh.amount@1,shadow,unknown")
    sheet = b"".join(page.get("/migrations/?format=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert sheet.splitlines()[1] == "model:fraud,risk,0,1,0,0,1"
    assert page_as(made.cast.viewer).post("/migrations/model/fraud/move", sent).status_code == 403
    assert page.get("/migrations/model/nothing/").status_code == 404


def test_the_api_says_it(made: SimpleNamespace) -> None:
    address, client = "/api/v1/consumers/model:fraud/migration", api_as(made.cast.owner_b)
    sent = {"old": "bank.legacy.amount@1", "new": "bank.fresh.amount"}
    assert client.post(address, sent, format="json").json()["rows"][0]["state"] == "legacy"
    assert [one["key"] for one in client.get("/api/v1/migrations?kind=model").json()["data"]] == ["model:fraud"]
    assert client.get("/api/v1/migrations").json()["data"][0]["team"] == "risk"
    told = client.get(address).json()
    assert (told["consumer"], told["team"], told["rows"][0]["who"]) == ("model:fraud", "risk", "Payments Features")
    assert client.post(address, sent | {"new": "bank.fresh.amount@7"}, format="json").status_code == 422
    assert api_as(made.cast.viewer).post(address, sent, format="json").status_code == 403
    assert client.delete(address, {"old": sent["old"]}, format="json").status_code == 204
    assert client.get(address).json()["rows"] == []


def test_as_many_queries_for_twenty_consumers_as_for_one(
    made: SimpleNamespace, django_assert_max_num_queries: Any
) -> None:
    moves(made)
    models = [made.model]
    for number in range(19):
        models.append(ConsumerFactory(name=f"m{number}", team=made.cast.risk))
        reads(models[-1], made.old)
        set_move(models[-1], actor=None, old=made.before, new=made.after)
    compared(made)
    with django_assert_max_num_queries(8):
        found = boards(models, made.cast.admin)
        assert sum(len(rows) for rows in found.values()) == 20
        assert {row.step[0] for rows in found.values() for row in rows} == {"Read the new one beside the old one"}
