"""Serving: the stores that values are kept in and served from."""

from datetime import timedelta

from django.db import connection as database
from django.db.models import Count, F, Q
from django.urls import reverse

from governance.scorecard.jobs import proved
from governance.scorecard.part import LOOK, Part, Step, fact, nobody_looks, share
from governance.scorecard.scope import Scope
from monitoring.serving import told_since
from registry import stores
from registry.models import Connection

# One file on one machine is gone with it.
_FILES = frozenset({"file", "sqlite"})
# Where the service itself keeps several copies.
_MANAGED = frozenset({"dynamodb", "bigtable", "firestore"})
# Clocks of stores differ a little; more than this is a row from the future.
_CLOCKS = timedelta(minutes=5)


def online_store(scope: Scope) -> list[Part]:
    """Whether what serves values can lose a machine: by the kind of store, and by the replicas that Redis tells."""
    kinds = scope.online_stores
    replicas = {pk: told["replicas"] for pk, told in told_since(scope.since, "replicas").items() if pk in kinds}
    alone = {pk for pk, kind in kinds.items() if kind in _FILES or replicas.get(pk) == 0}
    safe = {pk for pk, kind in kinds.items() if kind in _MANAGED or replicas.get(pk, 0) > 0}
    step = Step("Serve from a store with replicas; where there is one, attest which.", reverse("registry:connections"))
    return [
        share(
            len(safe), len(safe) + len(alone), "online stores", "go on when a machine is lost", step=step,
            read_at=scope.now, unread=len(kinds.keys() - safe - alone),
            rows=Connection.objects.filter(pk__in=kinds.keys() - safe),
        )
    ]  # fmt: skip


def point_in_time(scope: Scope) -> list[Part]:
    """Whether history can be joined as it was: rows have a time, and none lies in the future."""
    stored = scope.stored
    timed = Q(source__timestamp_field__gt="") | Q(source__batch_source__timestamp_field__gt="")
    read = Q(source_read_at__gte=scope.since)
    ahead = read & Q(source_until__gt=F("source_read_at") + _CLOCKS)
    found = stored.aggregate(
        all=Count("pk"), timed=Count("pk", filter=timed), read=Count("pk", filter=read),
        ahead=Count("pk", filter=ahead),
    )  # fmt: skip
    stamped = share(
        found["timed"], found["all"], "feature views", "have a time field, so their history can be joined",
        step=Step("Name the time field of the source where the view is defined."), read_at=scope.now,
        rows=stored.exclude(pk__in=stored.filter(timed).values("pk")),
    )  # fmt: skip
    future = share(
        found["read"] - found["ahead"], found["read"], "sources", "hold no row from the future",
        step=Step("Find out which job writes such times: a training set would learn from them."),
        read_at=scope.now, unread=found["all"] - found["read"], when_unread=LOOK, rows=stored.filter(ahead | ~read),
    )  # fmt: skip
    return [stamped, future]


def durable_registry(scope: Scope) -> list[Part]:
    """Whether what is registered outlives a machine: Charter's own database, its backup, the registries of Feast."""
    return [*_own(scope), *_feast(scope)]


def _own(scope: Scope) -> list[Part]:
    if scope.kind != "platform":
        return []
    with database.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('fsync')")
        version, flushes = cursor.fetchone()
    said = f"Charter keeps its registry in PostgreSQL {version.split()[0]}"
    keeps = fact(
        flushes == "on", f"{said}." if flushes == "on" else f"{said}, which loses what it was told when it stops.",
        step=Step("Set fsync = on."), read_at=scope.now,
    )  # fmt: skip
    saved = proved(
        scope, "backup", timedelta(hours=25), "The last backup of Charter's database",
        Step("Have the job that backs up report its runs, or attest when it last did.", "/docs/scorecard/"),
    )  # fmt: skip
    return [keeps, saved]


def _feast(scope: Scope) -> list[Part]:
    kinds = {one.pk: stores.scheme(one, "registry_url") for one in scope.connections.only("slug", "settings", "sealed")}
    if not kinds:
        return [
            nobody_looks("No feature store is connected.", step=Step("Connect one.", reverse("registry:connections")))
        ]
    files = [pk for pk, kind in kinds.items() if kind in _FILES]
    unseen = [pk for pk, kind in kinds.items() if not kind]
    served = len(kinds) - len(files) - len(unseen)
    return [
        share(
            served, served + len(files), "registries of Feast", "are in a database server, not in a file",
            step=Step("Move the registry of Feast into a SQL database.", reverse("registry:connections")),
            read_at=scope.now, unread=len(unseen), rows=Connection.objects.filter(pk__in=[*files, *unseen]),
        )
    ]  # fmt: skip
