"""Classes are followed from claims to whatever is made of them, once for each change."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from lineage.actions.bridging import bridge_changed
from lineage.actions.tracing import trace_changed
from lineage.models import ColumnClass, Node
from lineage.queries.graph import graph_around
from lineage.queries.overlays import states_of
from registry.models import Feature, Source
from registry.personal import PERSONAL
from tests.factories import FeatureFactory, ViewFactory
from tests.lineage.orders import CLEAN, RAW, run
from tests.lineage.personal import known, mailed, tagged
from tests.lineage.sent import captured_files, tell

pytestmark = pytest.mark.django_db
VIEW = "shop.order_stats"


def test_a_tag_of_a_column_is_followed_to_the_feature(world: SimpleNamespace) -> None:
    mailed(world)
    tell(tagged(RAW, ("classification", "direct-identifier", "email")))
    assert trace_changed()
    assert known() == {
        (RAW, "email"): ("direct-identifier", "stated"),
        (CLEAN, "email"): ("direct-identifier", "suspected"),
        (VIEW, "email"): ("direct-identifier", "suspected"),
    }
    assert [step["told"] for step in ColumnClass.objects.get(node__name=VIEW).path] == ["", "masking unknown", "view"]


@pytest.mark.parametrize(("masking", "last"), [(True, "pseudonymous*"), (False, "direct-identifier")])
def test_only_masking_lowers(world: SimpleNamespace, masking: bool, last: str) -> None:
    mailed(world, masking)
    tell(tagged(RAW, ("pii_class", "direct-identifier", "email")))
    trace_changed()
    assert known()[VIEW, "email"] == (last, "suspected")


def test_influence_carries_nothing(world: SimpleNamespace) -> None:
    mailed(world)
    tell(tagged(RAW, ("pii", "true", "email")))
    trace_changed()
    assert (CLEAN, "amount") not in known()


def test_a_tag_of_a_table_may_be_about_any_of_its_columns(world: SimpleNamespace) -> None:
    tell(tagged(CLEAN, ("PII", "True", "")))
    trace_changed()
    columns = [(CLEAN, "amount"), (CLEAN, "country"), (CLEAN, "score"), (VIEW, "amount"), (VIEW, "country")]
    assert known() == dict.fromkeys([*columns, ("secret.scores", "score")], (PERSONAL, "possible"))


def test_a_tag_that_is_taken_back_is_forgotten(world: SimpleNamespace) -> None:
    tell(tagged(RAW, ("pii", "true", "country")))
    trace_changed()
    assert len(known()) == 3
    tell(tagged(RAW, at="2026-11-20T15:00:00Z"))
    assert trace_changed()
    assert known() == {}


def test_tags_of_jobs_and_of_their_newest_runs(world: SimpleNamespace) -> None:
    pii = {"tags": [{"key": "pii", "value": "pii"}]}
    job, ran = run("mart", [], ["dwh.mart"], at="2026-11-21T12:00:00Z"), run("old", [], ["dwh.old"])
    job["job"]["facets"] = {"tags": pii}
    ran["run"]["facets"] = {"tags": pii}
    tell(run("next", ["dwh.mart"], ["dwh.end"], **{"columnLineage": {"fields": {
        "c": {"inputFields": [{"namespace": "postgres://db:5432", "name": "dwh.mart", "field": "c"}]},
        "d": {"inputFields": [{"namespace": "postgres://db:5432", "name": "dwh.old", "field": "d"}]},
    }}}), job, ran)  # fmt: skip
    trace_changed()
    kinds = {one.column: (one.kind, one.said_by) for one in ColumnClass.objects.filter(node__name="dwh.end")}
    assert kinds == {"c": ("job_tag", "mart"), "d": ("run_tag", "old")}
    tell(run("old", [], ["dwh.old"], at="2026-11-22T12:00:00Z"))
    trace_changed()
    assert ("dwh.end", "d") not in known()


def test_tags_of_features_and_of_their_source(world: SimpleNamespace) -> None:
    Feature.objects.filter(key=f"{VIEW}.amount").update(tags=["tier=1", "PII=yes"])
    trace_changed()
    assert known() == {(VIEW, "amount"): (PERSONAL, "stated")}
    Source.objects.filter(project__name="shop").update(tags={"pii": "true"})
    trace_changed()
    assert known()[VIEW, "country"] == (PERSONAL, "possible")
    assert known()[VIEW, "amount"] == (PERSONAL, "stated")
    assert ColumnClass.objects.get(node__name=VIEW, column="country").kind == "source_tag"


def test_a_class_speaks_for_what_else_is_made_of_the_column(world: SimpleNamespace) -> None:
    twin = ViewFactory(
        project=world.view.project, name="twin", source=world.view.source, connection=world.view.connection
    )
    FeatureFactory(view=twin, name="country")
    Feature.objects.filter(key=f"{VIEW}.country").update(privacy_class="quasi-identifier")
    bridge_changed()
    trace_changed()
    assert known() == {
        (name, "country"): ("quasi-identifier", "possible") for name in (CLEAN, VIEW, "shop.twin")
    }  # not of the raw table: what a job makes of it may be more than a copy
    tell(tagged(RAW, ("pii", "pseudonymous", "country")))
    trace_changed()
    assert known()["shop.twin", "country"] == ("pseudonymous", "suspected")


def test_it_is_done_once_for_each_change(world: SimpleNamespace) -> None:
    mailed(world)
    tell(tagged(RAW, ("pii", "true", "email")))
    assert trace_changed()
    held = list(ColumnClass.objects.values_list("pk", "path"))
    assert not trace_changed()
    tell(tagged(RAW, ("pii", "true", "email"), ("owner", "x", ""), at="2026-11-20T16:00:00Z"))
    assert not trace_changed()
    tell(tagged(RAW, ("pii", "email", "email"), at="2026-11-20T17:00:00Z"))
    assert trace_changed()
    assert [pk for pk, _ in held] == list(ColumnClass.objects.values_list("pk", flat=True))


def test_what_dbt_and_feast_really_send(cast: SimpleNamespace, real_inputs: Path) -> None:
    sent = captured_files(real_inputs)
    tell(*sent["dbt"], *sent["feast"])
    trace_changed()
    made = "feats.main.customer_txn"
    of_dbt = {column: said for (name, column), said in known().items() if name == made}
    assert of_dbt == dict.fromkeys(("avg_amt", "customer_id", "email_hash"), (PERSONAL, "possible"))
    assert {one.kind for one in ColumnClass.objects.filter(node__name=made)} == {"run_tag"}
    of_feast = ColumnClass.objects.get(node=Node.objects.get(namespace="credit", name="customer_txn").pk)
    assert (of_feast.column, of_feast.kind, of_feast.said, of_feast.sure) == (
        "email",
        "description",
        "pii=true",
        "stated",
    )


def test_dbt_md5_of_an_address_stays_suspected(cast: SimpleNamespace, real_inputs: Path) -> None:
    """dbt says `transformations: []` of `md5(email)`."""
    tell(*captured_files(real_inputs)["dbt"])
    raw = tagged("", ("pii", "direct_identifier", "email"))
    raw["dataset"] |= {"namespace": "duckdb://feats.duckdb", "name": "feats.main.raw_txn"}
    tell(raw)
    trace_changed()
    assert known()["feats.main.customer_txn", "email_hash"] == ("direct-identifier", "suspected")


def test_the_overlay_marks_tables_of_which_a_column_is_suspected(world: SimpleNamespace) -> None:
    mailed(world)
    tell(tagged(RAW, ("pii", "true", "email")))
    nodes = graph_around(world.cast.owner_a, Node.objects.get(name=CLEAN), up=5, down=5).nodes
    assert states_of("class", nodes, world.cast.owner_a) == {}
    trace_changed()
    marked = {node.name for node in nodes if node.id in states_of("class", nodes, world.cast.owner_a)}
    assert marked == {RAW, CLEAN, VIEW}


def test_the_overlay_gives_no_hidden_class_away(world: SimpleNamespace) -> None:
    Feature.objects.filter(key="secret.scores.score").update(privacy_class="special-category")
    trace_changed()
    for who, marked in ((world.cast.owner_a, {CLEAN, "secret.scores"}), (world.cast.viewer, set())):
        nodes = graph_around(who, Node.objects.get(name=CLEAN), up=5, down=5).nodes
        assert {node.name for node in nodes if node.id in states_of("class", nodes, who)} == marked
