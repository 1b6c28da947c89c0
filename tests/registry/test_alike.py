"""Near-duplicates: parts of names, evidence and its limits, and how well it tells real renames from siblings."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rapidfuzz import fuzz

from registry.alike.judging import Facts, Profile, judge
from registry.alike.slots import EVER, _split, slots, stem
from registry.models import Feature, Source, Synonym
from registry.queries.alike import alike, facts_of, near_duplicates
from tests.cast import api_as, page_as
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory
from tests.measured import measure

USER = frozenset({"user"})
DAY = 86_400


@pytest.mark.parametrize(
    ("name", "what", "how", "window"),
    [
        ("avg_txn_amt_7d", {"transaction", "amount"}, {"average"}, 7 * DAY),
        ("mean_transaction_amount_week", {"transaction", "amount"}, {"average"}, 7 * DAY),
        ("txnCount30Days", {"transaction"}, {"count"}, 30 * DAY),
        ("lifetime_count_orders", {"order"}, {"count"}, EVER),
        ("daily_orders_total", {"order"}, {"sum"}, DAY),
        ("p90_delay_24h", {"delay"}, {"p90"}, DAY),
        ("created_at", {"creat"}, set(), None),
        ("week", {"week"}, set(), None),
        ("", set(), set(), None),
        ("7d", set(), set(), 7 * DAY),
    ],
)
def test_a_name_is_taken_apart(name: str, what: set[str], how: set[str], window: int | None) -> None:
    found = slots(name, {})
    assert (found.what, found.how, found.window) == (what, how, window)


def test_what_it_describes_need_not_be_repeated() -> None:
    assert slots("customer_id", {}, about=["customer"]) == slots("id", {}, about=["customer"])
    assert slots("credit_note_id", {}, about=["credit_note_line_item"]).what == {"credit", "not", "id"}


def likeness(one: str, other: str, **more: Any) -> Any:
    synonyms = more.pop("synonyms", {})
    return judge(Facts(one, entities=USER, **more), Facts(other, entities=USER, **more), synonyms)


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("avg_amount_7d", "avg_amount_30d", "window 1w, not 30d"),
        ("avg_amount_7d", "max_amount_7d", "average against max aggregation"),
        ("count_customers", "count_distinct_customers", "aggregation"),
        ("total_sales_amount", "total_sales_count", "aggregation"),
    ],
)
def test_siblings_are_no_duplicates_whatever_else_agrees(one: str, other: str, said: str) -> None:
    found = likeness(one, other, place="s3://x", description="What a user pays, settled payments only.")
    assert not found.is_likely
    assert said in found.said


def test_evidence_adds_up_and_is_explained() -> None:
    alone = judge(Facts("avg_txn_amt_7d"), Facts("mean_transaction_amount_week"), {})
    same = likeness("avg_txn_amt_7d", "mean_transaction_amount_week")
    more = likeness("avg_txn_amt_7d", "mean_transaction_amount_week", place="s3://x")
    assert alone.score < 0.7 <= same.score < more.score
    assert more.said == "76 %: their names mean the same, same entity, same source"
    column = likeness("a_b", "c_d", place="s3://x", column="amount")
    assert column.is_likely
    assert "same source column" in column.said


def test_values_speak_for_and_against() -> None:
    mine = Profile(mean=41.9, stddev=12.0, minimum=0.0, maximum=99.0, null_rate=0.01)
    same = Profile(mean=41.8, stddev=12.1, minimum=0.0, maximum=99.0, null_rate=0.01)
    other = Profile(mean=4.2, stddev=1.0, minimum=0.0, maximum=9.0, null_rate=0.01)
    one = Facts("spend", entities=USER, profile=mine)
    agreed = judge(one, Facts("spending", entities=USER, profile=same), {})
    assert "their values agree" in agreed.reasons
    differ = judge(one, Facts("spend", entities=USER, profile=other), {})
    assert (differ.is_likely, differ.against) == (False, ["their values differ"])
    constant = Profile(mean=0.0, stddev=0.0, minimum=0.0, maximum=0.0)
    assert judge(Facts("a", profile=constant), Facts("b", profile=constant), {}).score == 0


def test_other_entities_and_types_are_other_features() -> None:
    found = judge(Facts("avg_amount_7d", entities=USER), Facts("avg_amount_7d", entities=frozenset({"shop"})), {})
    assert (found.is_likely, found.against) == (False, ["of user, not shop"])
    found = judge(Facts("is_new", entities=USER, dtype="bool"), Facts("new", entities=USER, dtype="string"), {})
    assert not found.is_likely
    assert judge(Facts("a", entities=USER, dtype="int64"), Facts("a", entities=USER, dtype="float32"), {}).is_likely


def test_the_installations_words_count() -> None:
    assert not likeness("gmv_7d", "gross_merchandise_value_7d").is_likely
    assert likeness("gmv_7d", "gross_merchandise_value_7d", synonyms={"gmv": "gross merchandise value"}).is_likely


def labelled(file: Path) -> Iterator[tuple[str, str, str, bool]]:
    """(table, name, other name, whether they are the same) of a dbt package's documentation. A staging model renames
    columns of the raw table that it selects from: what went and what came with the very same description are one
    column. Against each, the two other columns of the staging model whose names have the most words in common."""
    raw: dict[str, dict[str, str]] = defaultdict(dict)
    staged: dict[str, dict[str, str]] = defaultdict(dict)
    with file.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            table, name, said = row["table"], row["column"], row["description"].strip()
            if table.startswith("stg_"):
                staged[table.split("__")[-1]].setdefault(name, said)
            elif "__" not in table:
                raw[table].setdefault(name, said)
    for table in sorted(raw.keys() & staged.keys()):
        yield from _renamed(table, raw[table], staged[table])


def _renamed(table: str, raw: dict[str, str], staged: dict[str, str]) -> Iterator[tuple[str, str, str, bool]]:
    gone = {name: said for name, said in raw.items() if name not in staged and not name.startswith("_")}
    for name, said in sorted(gone.items()):
        same = [one for one, other in staged.items() if one not in raw and other == said]
        if len(said.split()) < 5 or len(same) != 1 or list(gone.values()).count(said) != 1:
            continue
        yield table, name, same[0], True
        siblings = [one for one, other in staged.items() if other != said]
        near = sorted(siblings, key=lambda one, name=name: (-_overlap(name, one), one))[:2]  # type: ignore[misc]
        yield from ((table, name, one, False) for one in near if _overlap(name, one))


def _overlap(one: str, other: str) -> float:
    mine, theirs = ({stem(word) for word in _split(name)} for name in (one, other))
    return len(mine & theirs) / len(mine | theirs)


@pytest.mark.parametrize(
    ("package", "pairs", "precision", "recall"),
    [("dbt_stripe_columns.csv", (58, 42), 1.0, 0.98), ("dbt_shopify_columns.csv", (176, 273), 1.0, 0.30)],
    ids=["tuned on", "held out"],
)
def test_real_renames_are_told_from_siblings(
    real_inputs: Path, package: str, pairs: tuple[int, int], precision: float, recall: float,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """By names and entity alone: the labels come from the descriptions."""
    known = list(labelled(real_inputs / "dictionaries" / package))
    assert (sum(one[3] for one in known), sum(not one[3] for one in known)) == pairs
    ours, plain = [], []
    for table, name, other, is_same in known:
        place = frozenset({table})
        ours.append((judge(Facts(name, entities=place), Facts(other, entities=place), {}).score, is_same))
        plain.append((fuzz.token_set_ratio(name.replace("_", " "), other.replace("_", " ")), is_same))
    said = [is_same for score, is_same in ours if score >= 0.7]
    found = sum(said) / len(said), sum(said) / pairs[0]
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{package}: precision {found[0]:.2f}, recall {found[1]:.2f}, area {_area(ours):.2f};"
            f" similar texts alone {_area(plain):.2f}"
        )
    assert found[0] >= precision
    assert found[1] >= recall
    assert _area(ours) > _area(plain)


def _area(scored: list[tuple[float, bool]]) -> float:
    """The chance that a pair that is the same scores above one that is not."""
    same, other = ([score for score, is_same in scored if is_same is wanted] for wanted in (True, False))
    return sum((one > two) + 0.5 * (one == two) for one in same for two in other) / (len(same) * len(other))


@pytest.fixture
def place(cast: SimpleNamespace) -> SimpleNamespace:
    project = ProjectFactory(name="pay", owner=cast.payments)
    source = Source.objects.create(project=project, name="txns", kind="file", location="s3://lake/txns")
    view = ViewFactory(project=project, name="stats", owner=cast.payments, source=source)
    held = FeatureFactory(view=view, name="avg_txn_amt_7d", entity_names=["user"], dtype="float64", owner=cast.payments)
    FeatureFactory(view=view, name="avg_txn_amt_30d", entity_names=["user"], dtype="float64", owner=cast.payments)
    return SimpleNamespace(cast=cast, project=project, view=view, held=held)


@pytest.mark.django_db
def test_what_is_there_already_is_found_by_what_it_means(place: SimpleNamespace) -> None:
    facts = Facts("mean_transaction_amount_week", entities=USER)
    found = alike(place.cast.viewer, facts)
    assert [(one.feature.name, one.likeness.is_likely) for one in found] == [
        ("avg_txn_amt_7d", True), ("avg_txn_amt_30d", False),
    ]  # fmt: skip
    Synonym.objects.create(word="spend", means="transaction amount")
    assert alike(place.cast.viewer, Facts("avg_spend_7d", entities=USER))[0].feature == place.held


@pytest.mark.django_db
def test_hidden_features_are_not_told_of(place: SimpleNamespace) -> None:
    Feature.objects.filter(pk=place.held.pk).update(state="draft")
    facts = Facts("mean_transaction_amount_week", entities=USER)
    assert place.held not in [one.feature for one in alike(place.cast.viewer, facts)]
    assert place.held in [one.feature for one in alike(place.cast.owner_a, facts)]
    place.project.visibility = "restricted"
    place.project.save()
    assert alike(place.cast.viewer, facts) == []


@pytest.mark.django_db
def test_measured_values_count_but_not_of_people(place: SimpleNamespace) -> None:
    other = FeatureFactory(view=place.view, name="amount_paid", entity_names=["user"], dtype="float64")
    measure(place.view)
    facts, but = facts_of(place.held), place.held.pk
    reasons = {one.feature.name: one.likeness.reasons for one in alike(place.cast.viewer, facts, but=but)}
    assert "their values agree" in reasons["amount_paid"]
    Feature.objects.filter(pk=other.pk).update(privacy_class="direct-identifier")
    reasons = {one.feature.name: one.likeness.reasons for one in alike(place.cast.viewer, facts, but=but)}
    assert "their values agree" not in reasons.get("amount_paid", [])


@pytest.mark.django_db
def test_doors_show_them(place: SimpleNamespace) -> None:
    twin = FeatureFactory(
        view=place.view, name="mean_transaction_amount_week", entity_names=["user"], dtype="float64",
        owner=place.cast.payments,
    )  # fmt: skip
    told = api_as(place.cast.viewer).get(f"/api/v1/features/{twin.key}/similar").json()["data"]
    assert (told[0]["key"], told[0]["is_likely"]) == (place.held.key, True)
    viewer = page_as(place.cast.viewer)
    shown = viewer.get("/insights/duplicates?project=pay").content.decode()
    assert (place.held.key in shown, "same entity" in shown) == (True, True)
    assert "avg_txn_amt_30d" not in shown
    spreadsheet = b"".join(viewer.get("/insights/duplicates?format=csv").streaming_content).decode()
    assert f"{place.held.key},{twin.key}" in spreadsheet
    assert "No two features" in viewer.get("/insights/duplicates?project=other").content.decode()
    view = ViewFactory(project=place.project, name="mine", owner=place.cast.payments)
    shown = page_as(place.cast.owner_a).get(f"/new/alike?view={view.key}&name=mean_txn_amount_7d").content.decode()
    assert place.held.key in shown


@pytest.mark.django_db
def test_pairs_take_a_fixed_number_of_questions(place: SimpleNamespace, django_assert_max_num_queries: Any) -> None:
    for number in range(40):
        FeatureFactory(view=place.view, name=f"thing{number}_avg_7d", entity_names=["user"])
    with django_assert_max_num_queries(4):
        near_duplicates(Feature.objects.all(), limit=20)
    with django_assert_max_num_queries(6):
        alike(place.cast.viewer, Facts("avg_thing3_7d", entities=USER))
