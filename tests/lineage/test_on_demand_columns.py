"""An on-demand view is made of what its code names among the features that it may read."""

from types import SimpleNamespace

import pytest

from lineage.actions.bridging import bridge_changed
from lineage.models import ColumnEdge, Node
from lineage.queries.impact import impact_of
from registry.models import FeatureView
from tests.factories import FeatureFactory, ViewFactory
from tests.lineage.orders import RAW, make_orders
from tests.lineage.sent import forget

pytestmark = pytest.mark.django_db
CODE = 'def is_large(inputs):\n    return {"is_large": [one > 99 for one in inputs["amount"]]}\n'


@pytest.fixture
def view(cast: SimpleNamespace) -> FeatureView:
    forget()
    orders = make_orders(cast)
    made = ViewFactory(project=orders.view.project, name="judged", kind="on_demand", source=None, definition=CODE)
    FeatureFactory(view=made, name="is_large")
    made.upstream_views.add(orders.view)
    bridge_changed()
    return made


def read() -> set[tuple[str, str, str]]:
    rows = ColumnEdge.objects.filter(target__name="shop.judged")
    return set(rows.values_list("source_column", "target_column", "subtype"))


def test_it_is_made_of_what_its_code_names(view: FeatureView, cast: SimpleNamespace) -> None:
    assert read() == {("amount", "is_large", "INFERRED")}
    hit = {one.node.key: one.sure for one in impact_of(cast.viewer, Node.objects.get(name=RAW), "amount").affected}
    assert hit["shop.judged"] == "likely"
    hit = {one.node.key: one.sure for one in impact_of(cast.viewer, Node.objects.get(name=RAW), "country").affected}
    assert "shop.judged" not in hit


def test_other_code_is_looked_at_anew_and_without_any_nothing_is_known(view: FeatureView) -> None:
    FeatureView.objects.filter(pk=view.pk).update(definition=CODE.replace('"amount"', '"order_stats__country"'))
    bridge_changed()
    assert read() == {("country", "is_large", "INFERRED")}
    FeatureView.objects.filter(pk=view.pk).update(definition="")
    bridge_changed()
    assert read() == set()
