"""The stores of a connection with everything about their rights."""

from dataclasses import dataclass, field
from typing import Any

from governance.models import (
    STANDING,
    WAITING,
    Enforcement,
    FindingKind,
    Grant,
    Place,
    RightState,
    StoreAccount,
    StoreRight,
)
from governance.queries.needs import product_of
from governance.queries.scripts import scripts_of
from registry.models import Connection, User

MOST_RIGHTS = 100


@dataclass(slots=True)
class Guarded:
    """`rights` are those that are there or on their way, what fails first."""

    store: Enforcement
    product: str
    accounts: list[StoreAccount] = field(default_factory=list)
    rights: list[StoreRight] = field(default_factory=list)
    there: int = 0

    @property
    def is_by_hand(self) -> bool:
        return self.product not in ("PostgreSQL", "Redis")

    @property
    def failing(self) -> list[StoreRight]:
        return [one for one in self.rights if one.problem]


def guarded_stores(connection: Connection) -> list[Guarded]:
    """Those that keep rights, whether or not anybody has said something about them."""
    rows = {one.place: one for one in Enforcement.objects.filter(connection=connection)}
    found = [
        Guarded(rows.get(place) or Enforcement(connection=connection, place=place), product)
        for place in Place if (product := product_of(connection, place))
    ]  # fmt: skip
    for one in found:
        one.store.connection = connection
        if one.store.pk:
            one.accounts = list(StoreAccount.objects.filter(store=one.store).select_related("consumer", "user"))
            rights = StoreRight.objects.filter(store=one.store).exclude(state=RightState.GONE)
            one.rights = list(rights.order_by("-attempts", "-id").prefetch_related("grants")[:MOST_RIGHTS])
            one.there = rights.filter(state=RightState.THERE).count()
    return found


def in_stores(grant: Grant, actor: User) -> dict[str, Any]:
    """For a grant's page: its rights, what a store refuses, what was found, and for who answers for it the script."""
    rights = list(grant.rights.select_related("store__connection").order_by("pk"))
    connection = grant.version.feature.view.connection
    may = connection is not None and actor.has_perm("governance.inspect_rights", connection)
    is_over = grant.state not in STANDING
    return {
        "rights": rights, "still": [one for one in rights if is_over and one.problem],
        "absent": list(grant.findings.open().filter(kind=FindingKind.ABSENT)) if not is_over else [],
        "scripts": scripts_of(connection, [grant]) if connection and may and not is_over else [],
    }  # fmt: skip


def failing_rights() -> list[StoreRight]:
    """What stores refuse, wherever, the longest first."""
    rows = StoreRight.objects.filter(state__in=WAITING).exclude(problem="").select_related("store__connection__owner")
    return list(rows.prefetch_related("grants").order_by("created_at")[:MOST_RIGHTS])
