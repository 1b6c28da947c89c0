"""Each field of the query language finds what its line in the table says, and says so when it cannot."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import time_machine

from registry.actions.facts import ViewUpstream, write_upstream
from registry.models import Consumer, Follow, Usage
from registry.search import search
from tests.factories import ConnectionFactory, ConsumerFactory, SourceFactory
from tests.registry.search_rows import feature, names, view_of

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def shop(cast: SimpleNamespace) -> SimpleNamespace:
    """Four features of one project, each with facts of its own, and one that nobody owns."""
    table = SourceFactory(name="stg_orders", location="lake.shop.stg_orders")
    late = view_of(
        "payments", "late", owner=cast.payments, source=table, is_online=True, schedule_every=timedelta(hours=1),
        source_until=NOW, served_until=NOW - timedelta(hours=5),
    )  # fmt: skip
    fresh = view_of("payments", "fresh", owner=cast.risk, slo_freshness=timedelta(days=1), source_until=NOW)
    lone = view_of("growth", "lone")
    lone.upstream_views.add(late)
    lone.owner = None
    lone.save()
    made = {
        "amount": feature(
            "amount", view=late, description="Sum", unit="EUR", entity_names=["user"], tags=["tier=1", "gold"],
            privacy_class="pseudonymous", health="crit", null_rate=0.08, is_online=True, models_count=3,
            store="shop", reads_per_day=2000, has_default=True,
        ),
        "vector": feature(
            "vector", view=fresh, dtype="array<float32>", entity_names=["card", "User"], privacy_class="none",
            health="ok", null_rate=0.0, number=2, version={"vector_dimension": 8},
        ),
        "old": feature(
            "old", view=fresh, state="deprecated", sunset_on=NOW.date() + timedelta(days=20), looks_personal=True,
            version={"deprecated_at": NOW},
        ),
        "orphan": feature("orphan", view=lone, description="Alone", owner=None, gone_at=None),
        "vanished": feature("vanished", view=fresh, gone_at=NOW),
    }  # fmt: skip
    for name, age in (("amount", 1), ("vector", 10), ("old", 100), ("orphan", 400)):
        type(made[name]).objects.filter(pk=made[name].pk).update(
            created_at=NOW - timedelta(days=age), changed_at=NOW - timedelta(days=age)
        )
    reader = ConsumerFactory(kind="model", name="fraud-ranker")
    Usage.objects.create(consumer=reader, feature=made["amount"], evidence="declared")
    Follow.objects.create(user=cast.owner_a, feature=made["vector"])
    ConnectionFactory(slug="shop")
    return SimpleNamespace(cast=cast, **made)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("owner:payments", "amount"),
        ("owner:PAY*", "amount"),
        ('owner:"Payments Features"', "amount"),
        ("owner:team:payments", "amount"),
        ("owner:bob", "old vector"),
        ("owner:@me", "amount"),
        ("owner:@my-team", "amount"),
        ("owner:none", "orphan"),
        ("-owner:none", "amount old vector"),
        ("status:deprecated", "old"),
        ("status:(active OR deprecated)", "amount old orphan vector"),
        ("-status:deprecated", "amount orphan vector"),
        ("health:crit", "amount"),
        ("health:breached", "amount"),
        ("-health:unknown", "amount vector"),
        ("pii:true", "amount old"),
        ("pii:false", "vector"),
        ("pii:pseudonymous", "amount"),
        ("pii:unclassified", "old orphan"),
        ("entity:user", "amount"),
        ("entity:User", "amount vector"),
        ("entity:us*", "amount vector"),
        ("project:growth", "orphan"),
        ("project:pay*", "amount old vector"),
        ("view:late", "amount"),
        ("view:payments.late", "amount"),
        ("tag:gold", "amount"),
        ("tag:tier", "amount"),
        ("tag:tier=1", "amount"),
        ("tag:tier:1", "amount"),
        ("tag:ti*", "amount"),
        ("tag:tier=2", ""),
        ("type:float64", "amount old orphan"),
        ("type:vector*", "vector"),
        ("type:array*", "vector"),
        ("store:shop", "amount"),
        ("unit:eur", "amount"),
        ("online:true", "amount"),
        ("stale:true", "amount"),
        ("stale:false", "old vector"),
        ("stale:>2h", "amount"),
        ("stale:>4h", ""),
        ("stale:[1h TO 3h]", "amount"),
        ("null:>5%", "amount"),
        ("null:<=0.05", "vector"),
        ("null:0", "vector"),
        ("used:0", "old orphan vector"),
        ("used:>=3", "amount"),
        ("used:[1 TO 5]", "amount"),
        ("reads:>1e3", "amount"),
        ("feeds:model:fraud-ranker", "amount"),
        ("feeds:fraud*", "amount"),
        ("feeds:service:fraud-ranker", ""),
        ("reads-from:stg_orders", "amount orphan"),
        ("reads-from:lake.shop.stg_orders", "amount orphan"),
        ("missing:owner", "orphan"),
        ("missing:description", "old vector"),
        ("missing:default online:true", ""),
        ("missing:default", "old orphan vector"),
        ("missing:slo", "amount orphan"),
        ("missing:class", "old orphan"),
        ("missing:lineage", "old vector"),
        ("changed:<7d", "amount"),
        ("changed:>2026-11-09", "amount vector"),
        ("created:<180d", "amount old vector"),
        ("created:[120d TO 5d]", "old vector"),
        ("created:[2026-08-01 TO 2026-11-15]", "old vector"),
        ("created:2026-11-10", "vector"),
        ("sunset:<30d", "old"),
        ("sunset:<10d", ""),
        ("sunset:>2026-12-01", "old"),
        ("is:followed", "vector"),
        ("is:gone", "vanished"),
        ("version:2", "vector"),
        ("version:>1", "vector"),
        ("entity:user OR version:2", "amount vector"),
        ("-(entity:user OR version:2)", "old orphan"),
        ("amount OR owner:none", "amount orphan"),
        ("late:amount", "amount"),
        ("late@v1:amount", "amount"),
    ],
)
def test_field(shop: SimpleNamespace, text: str, expected: str) -> None:
    found = search(shop.cast.owner_a, text, sort="name", as_typed=True)
    assert sorted(names(found)) == expected.split()
    assert found.total == len(expected.split())


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("used:many", "'many' is not a number"),
        ("null:<x%", "'x%' is not a number"),
        ("stale:soon", "'soon' is not an age such as 15m, 2h or 7d"),
        ("changed:yesterday", "'yesterday' is not a date such as 2026-11-20"),
        ("status:alive", "status is one of draft, active, deprecated, quarantined, retired"),
        ("health:>2", "health is one of"),
        ("online:maybe", "online is true or false"),
        ("missing:soul", "missing is one of owner, description"),
        ("is:great", "is is one of followed, gone"),
        ("feeds:toaster:x", "feeds takes model, service"),
        ("used:3*", "used cannot end in a star"),
        ("project:>3", "project takes a name"),
        ("reads-from:stg_*", "reads-from takes the name of a table"),
        ("access:all", "access is one of mine, none, pending, expiring"),
    ],
)
def test_a_part_that_says_nothing_is_left_out(shop: SimpleNamespace, text: str, note: str) -> None:
    found = search(shop.cast.viewer, f"{text} amount")
    assert names(found) == ["amount"]
    assert note in found.notes[0]


def test_tables_further_up_are_known_from_lineage(shop: SimpleNamespace) -> None:
    view = shop.vector.view
    write_upstream([ViewUpstream(view.pk, ["lake.raw.orders", "orders", "raw.orders"], is_cut=False)])
    for text in ("reads-from:raw.orders", "reads-from:Lake.Raw.Orders"):
        found = search(shop.cast.viewer, text)
        assert sorted(names(found)) == ["old", "vector"]
        assert found.notes == []
    assert names(search(shop.cast.viewer, "reads-from:aw.orders")) == []
    assert names(search(shop.cast.viewer, "missing:lineage")) == []


def test_views_of_which_not_all_is_known_are_said(shop: SimpleNamespace) -> None:
    write_upstream([ViewUpstream(shop.vector.view.pk, ["orders"], is_cut=True)])
    assert "only the nearest" in search(shop.cast.viewer, "reads-from:orders").notes[0]


def test_an_unknown_field_is_searched_as_words(shop: SimpleNamespace) -> None:
    found = search(shop.cast.viewer, "colour:amount", as_typed=True)
    assert found.total == 0
    assert "There is no field colour" in found.notes[0]


def test_usage_that_ended_feeds_nothing(shop: SimpleNamespace) -> None:
    Usage.objects.update(gone_at=NOW)
    assert search(shop.cast.viewer, "feeds:model:fraud-ranker").total == 0


def test_a_hidden_consumer_does_not_narrow(shop: SimpleNamespace) -> None:
    Consumer.objects.update(project=view_of("secret", owner=shop.cast.risk, visibility="restricted").project)
    assert search(shop.cast.viewer, "feeds:model:fraud-ranker").total == 0
    assert search(shop.cast.owner_b, "feeds:model:fraud-ranker").total == 1
