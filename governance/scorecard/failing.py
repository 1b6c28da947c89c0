"""The objects that fail a part of a check, as lines of a list: what each is, where its page is, who answers for it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

from governance.models import Deprecation
from governance.scorecard.scope import Scope
from lineage.models import Node
from registry.models import Connection, Feature, FeatureView

# What a list needs of each kind beside its own columns.
_BESIDE: dict[type[Model], tuple[str, ...]] = {
    Feature: ("view__owner", "project__owner", "owner"),
    FeatureView: ("owner", "project__owner"),
    Deprecation: (
        "version__feature__owner", "version__feature__view__owner", "version__feature__project__owner",
    ),
    Connection: ("owner",),
    Node: (),
}  # fmt: skip
_HEAVY = {Feature: ("search", "keywords", "context", "definition"), FeatureView: ("definition", "digest")}
_KINDS = {Feature: "feature", FeatureView: "view", Deprecation: "deprecation", Connection: "connection", Node: "job"}


@dataclass(frozen=True, slots=True)
class Line:
    """One object that fails. `owner` is empty where nobody answers for it, or where it has none."""

    kind: str
    key: str
    url: str
    owner: str


def listed(rows: QuerySet[Any], scope: Scope) -> QuerySet[Any]:
    """The rows with what a line names, as far as who asks may see them."""
    model = rows.model
    if model is Deprecation and scope.actor is not None:
        rows = rows.filter(pk__in=Deprecation.objects.visible_to(scope.actor).values("pk"))
    beside = _BESIDE[model]
    return (rows.select_related(*beside) if beside else rows).defer(*_HEAVY.get(model, ()))


def order_of(rows: QuerySet[Any]) -> tuple[str, ...]:
    """Of a page of them."""
    return _ORDERS[rows.model]


_ORDERS: dict[type[Model], tuple[str, ...]] = {
    Feature: ("key",), FeatureView: ("key",), Connection: ("slug",), Deprecation: ("id",), Node: ("id",)
}  # fmt: skip


def lines(rows: Iterable[Any]) -> Iterator[Line]:
    return (_line(row) for row in rows)


def _line(row: Any) -> Line:
    match row:
        case Feature():
            return Line(_KINDS[Feature], row.key, row.get_absolute_url(), str(row.answering_team or ""))
        case FeatureView():
            return Line(_KINDS[FeatureView], row.key, row.get_absolute_url(), str(row.owner or row.project.owner or ""))
        case Deprecation():
            team = row.version.feature.answering_team
            return Line(_KINDS[Deprecation], f"{row} {row.version}", row.get_absolute_url(), str(team or ""))
        case Connection():
            return Line(_KINDS[Connection], row.slug, row.get_absolute_url(), str(row.owner or ""))
        case Node():
            return Line(_KINDS[Node], f"{row.namespace} {row.name}", row.page_url, "")
    raise TypeError(type(row))
