"""Anything pasted is resolved to the one thing it names; while typing, names, fields and values are suggested."""

from types import SimpleNamespace

import pytest

from registry.models import Pull, Team, User
from registry.search import resolve, suggest
from tests.factories import ConnectionFactory, ConsumerFactory, SourceFactory
from tests.registry.search_rows import count_up, feature, view_of


@pytest.fixture
def shop(cast: SimpleNamespace) -> SimpleNamespace:
    Team.objects.filter(pk=cast.payments.pk).update(email="payments@example.org")
    source = SourceFactory(name="txn_source", location="lake.shop.transactions", kind="postgres")
    view = view_of(owner=cast.payments, source=source)
    source.project = view.project
    source.save()
    for name in ("avg_amount_7d", "avg_amount_30d", "transactions_1h"):
        feature(name, view=view, entity_names=["user"], tags=["tier=1"], description="Mean")
    odd = view_of("payments", "odd view/1", owner=cast.payments)
    feature("cost: total $", view=odd, entity_names=["card"])
    ConsumerFactory(kind="model", name="fraud-ranker")
    ConsumerFactory(kind="service", name="checkout")
    Pull.objects.create(pk=12, connection=ConnectionFactory(slug="shop", name="Shop"), kind="definitions")
    count_up()
    return cast


KEY = "payments.user_txn_stats.avg_amount_7d"
PAGE = "/f/payments/user_txn_stats/avg_amount_7d/"


@pytest.mark.parametrize(
    ("text", "kind", "label", "url"),
    [
        (KEY, "feature", f"{KEY}@1", PAGE),
        (f"{KEY}@1", "feature", f"{KEY}@1", PAGE),
        (f"  {KEY}  ", "feature", f"{KEY}@1", PAGE),
        ("user_txn_stats:avg_amount_7d", "feature", f"{KEY}@1", PAGE),
        ("user_txn_stats@v4:avg_amount_7d", "feature", f"{KEY}@1", PAGE),
        ("user_txn_stats__avg_amount_7d", "feature", f"{KEY}@1", PAGE),
        (f"http://testserver{PAGE}", "feature", f"{KEY}@1", PAGE),
        (f"{PAGE}versions/?v=1", "feature", f"{KEY}@1", PAGE),
        ("/v/payments/user_txn_stats/", "view", "payments.user_txn_stats", "/v/payments/user_txn_stats/"),
        ("payments.user_txn_stats", "view", "payments.user_txn_stats", "/v/payments/user_txn_stats/"),
        ("payments", "team", "Payments Features", "/teams/payments/"),
        ("team:payments", "team", "Payments Features", "/teams/payments/"),
        ("/teams/payments/", "team", "Payments Features", "/teams/payments/"),
        ("payments@example.org", "team", "Payments Features", "/teams/payments/"),
        ("alice@example.org", "person", "alice", "/people/alice/"),
        ("@alice", "person", "alice", "/people/alice/"),
        ("model:fraud-ranker", "consumer", "model:fraud-ranker", "/c/model/fraud-ranker/"),
        ("checkout", "consumer", "service:checkout", "/c/service/checkout/"),
        ("/c/service/checkout/", "consumer", "service:checkout", "/c/service/checkout/"),
        ("lake.shop.transactions", "source", "lake.shop.transactions", "/a/payments/txn_source/"),
        ("shop.transactions", "source", "lake.shop.transactions", "/a/payments/txn_source/"),
        ("txn_source", "source", "lake.shop.transactions", "/a/payments/txn_source/"),
        ("/a/payments/txn_source/", "source", "lake.shop.transactions", "/a/payments/txn_source/"),
        ("lake.shop.transactions.transactions_1h", "feature", "payments.user_txn_stats.transactions_1h@1",
         "/f/payments/user_txn_stats/transactions_1h/"),
        ("PULL-12", "pull", "PULL-12", "/jobs/12/"),
        ("pull-12", "pull", "PULL-12", "/jobs/12/"),
        ("/jobs/12/", "pull", "PULL-12", "/jobs/12/"),
        ("odd view/1:cost: total $", "feature", "payments.odd view/1.cost: total $@1",
         "/f/payments/odd%20view%252F1/cost:%20total%20$/"),
    ],
)  # fmt: skip
def test_what_is_pasted_is_found(shop: SimpleNamespace, text: str, kind: str, label: str, url: str) -> None:
    first = resolve(shop.viewer, text)[0]
    assert (first.kind, first.label, first.url) == (kind, label, url)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "avg amount", "user_txn_stats:nothing", "payments.user_txn_stats.nothing", "nobody@example.org",
        "PULL-13", f"http://elsewhere.example{PAGE}", "/f/a/b/", "/nothing/", "a" * 3_000, "svc-checkout",
        "model:nothing",
    ],
)  # fmt: skip
def test_what_names_nothing_is_to_be_searched(shop: SimpleNamespace, text: str) -> None:
    assert resolve(shop.viewer, text) == []


def test_a_version_that_is_not_there_is_said(shop: SimpleNamespace) -> None:
    found = resolve(shop.viewer, f"{KEY}@9")[0]
    assert (found.key, found.number, found.note) == (KEY, None, "It has no version with that number")


def test_a_name_can_mean_several_things(shop: SimpleNamespace) -> None:
    assert [target.kind for target in resolve(shop.viewer, "payments")] == ["team", "project"]


def offered(user: User, text: str) -> dict[str, list[str]]:
    return {group.label: [item.insert or item.label for item in group.items] for group in suggest(user, text)}


@pytest.mark.parametrize(
    ("text", "group", "options"),
    [
        ("avg", "Features", [KEY, "payments.user_txn_stats.avg_amount_30d"]),
        ("amount av", "Features", ["payments.user_txn_stats.avg_amount_30d", KEY]),
        ("transac", "Sources", ["lake.shop.transactions"]),
        ("user_t", "Feature views", ["payments.user_txn_stats"]),
        ("fraud", "Models and services", ["model:fraud-ranker"]),
        ("pay", "Teams and people", ["Payments Features"]),
        ("ali", "Teams and people", ["alice"]),
        (KEY, "Go to", [f"{KEY}@1"]),
        ("own", "Fields", ["owner:"]),
        ("avg -sta", "Fields", ["-status:", "-stale:"]),
        ("entity:", "Values of entity", ["entity:user", "entity:card"]),
        ("avg entity:us", "Values of entity", ["entity:user"]),
        ("-tag:", "Values of tag", ["-tag:tier=1"]),
        ("status:de", "Values of status", ["status:deprecated"]),
        ("owner:@", "Values of owner", ["owner:@me", "owner:@my-team"]),
        ("missing:de", "Values of missing", ["missing:description", "missing:default"]),
        ("stale:", "Values of stale", ["stale:true", "stale:false", "stale:>2h"]),
    ],
)
def test_suggestions(shop: SimpleNamespace, text: str, group: str, options: list[str]) -> None:
    found = offered(shop.viewer, text)
    assert sorted(found[group]) == sorted(options)


def test_values_come_with_counts_under_the_rest_of_the_query(shop: SimpleNamespace) -> None:
    notes = {item.label: item.note for group in suggest(shop.viewer, "entity:") for item in group.items}
    assert notes == {"user": "3 features", "card": "1 feature"}
    notes = {item.label: item.note for group in suggest(shop.viewer, "amount entity:") for item in group.items}
    assert notes == {"user": "2 features"}


@pytest.mark.parametrize("text", ["", " ", "a", "x:", "nothing-here"])
def test_nothing_to_suggest(shop: SimpleNamespace, text: str) -> None:
    assert suggest(shop.viewer, text) == []


def test_no_more_than_asked_for(shop: SimpleNamespace) -> None:
    assert {len(group.items) for group in suggest(shop.viewer, "avg", limit=1)} == {1}


def test_every_option_leads_somewhere(shop: SimpleNamespace) -> None:
    for text in ("avg", "pay", "fraud", "transac", KEY, "own", "entity:"):
        for group in suggest(shop.viewer, text):
            assert all(bool(item.url) != bool(item.insert) for item in group.items), text
