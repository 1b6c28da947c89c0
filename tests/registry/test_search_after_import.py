"""What a pull brings is found at once: words of names, descriptions, tags and definitions, with counts beside them."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from registry.models import Feature
from registry.search import resolve, search, suggest
from tests.registry.search_rows import names
from tests.registry.test_import_definitions import connect, pull


@pytest.fixture
def imported(cast: SimpleNamespace, real_inputs: Path) -> SimpleNamespace:
    pull(connect(str(real_inputs / "feast/credit_score_local/registry.db")))
    pull(connect(str(real_inputs / "feast/insurance_demo/registry.db"), "insurance"))
    return cast


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("mortgage_due", "mortgage_due"),
        ("mortgage due", "mortgage_due"),
        ("mortgge", "mortgage_due"),
        ("credit_history:mortgage_due", "mortgage_due"),
        ("total_debt_due", "total_debt_due"),
    ],
)
def test_names_of_a_real_store(imported: SimpleNamespace, text: str, first: str) -> None:
    assert names(search(imported.viewer, text))[0] == first


def test_words_of_a_definition(imported: SimpleNamespace) -> None:
    computed = Feature.objects.exclude(definition="").get(view__name="total_debt_calc")
    assert "student_loan_due" in computed.definition
    found = names(search(imported.viewer, "student loan due"))
    assert found[0] == "student_loan_due"
    assert computed.name in found


def test_a_second_pull_changes_no_definition(imported: SimpleNamespace, real_inputs: Path) -> None:
    before = list(Feature.objects.order_by("pk").values_list("pk", "definition", "changed_at"))
    again = Feature.objects.exclude(definition="").first()
    assert again is not None
    assert again.view.connection is not None
    connection = again.view.connection
    type(connection).objects.filter(pk=connection.pk).update(change_token="")
    type(again.view).objects.filter(connection=connection).update(digest=b"")
    pull(connection)
    assert list(Feature.objects.order_by("pk").values_list("pk", "definition", "changed_at")) == before


def test_facets_and_suggestions_are_filled(imported: SimpleNamespace) -> None:
    page = search(imported.viewer, "", with_facets=True)
    counts = {facet.name: {option.value: option.count for option in facet.options} for facet in page.facets}
    assert sum(counts["project"].values()) == Feature.objects.count() == 65
    assert counts["store"] == {"insurance": 49, "store": 16}
    assert suggest(imported.viewer, "mortg")[0].items[0].label.endswith(".credit_history.mortgage_due")
    assert resolve(imported.viewer, "credit_history__mortgage_due")[0].kind == "feature"
