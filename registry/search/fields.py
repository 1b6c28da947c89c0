"""The fields of the query language: what each one means as a condition on features."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, Value
from django.utils.module_loading import import_string

from registry.choices import ConsumerKind, Health, PrivacyClass, VersionState
from registry.models import Actor, Consumer, FeatureView, Follow, Project, Source, Team, Upstream, Usage, User, Version
from registry.models.features import PERSONAL
from registry.search import freshness
from registry.search.grammar import Term
from registry.search.kept import visible_projects
from registry.search.values import LeftOut, as_duration, compared, day_is, moment_is, named, number_is, truth


@dataclass(slots=True)
class Scope:
    """Who asks, when, and what they must be told about the answer."""

    actor: Actor
    now: datetime
    notes: list[str] = field(default_factory=list)
    projects: list[int] | None = None

    @property
    def project_ids(self) -> list[int]:
        """The projects that the actor sees, asked once for a search."""
        if self.projects is None:
            self.projects = visible_projects(self.actor)
        return self.projects

    @property
    def team_ids(self) -> frozenset[int]:
        return self.actor.team_ids if isinstance(self.actor, User) else frozenset()

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


Reader = Callable[[Term, Scope], Q]


@dataclass(frozen=True, slots=True)
class Field:
    """`values` are offered while typing; where there are none, the registry's own names are."""

    name: str
    read: Reader
    meaning: str
    values: tuple[str, ...] = ()


class _AnyStartsWith(Func):
    """Whether any item of an array begins with a text, in any case."""

    template = "EXISTS (SELECT FROM unnest(%(expressions)s))"
    arg_joiner = ") AS held(item) WHERE starts_with(lower(held.item), "
    output_field = BooleanField()


def _any_starts_with(column: str, text: str) -> Q:
    return Q(_AnyStartsWith(F(column), Value(text.lower())))


def _owner(term: Term, scope: Scope) -> Q:
    wanted = term.value.removeprefix("team:").removeprefix("user:")
    if wanted.lower() == "none":
        return Q(owner__isnull=True)
    if wanted.lower() in {"@me", "@my-team"}:
        return Q(owner__in=scope.team_ids)
    name = Term(term.name, wanted, term.op)
    teams = Team.objects.filter(named("slug", name) | named("name", name) | named("members__username", name))
    return Q(owner__in=teams.order_by().values("pk"))


def _status(term: Term, scope: Scope) -> Q:
    return Q(state__in=_chosen(term, VersionState.values))


def _health(term: Term, scope: Scope) -> Q:
    words = {label.lower().replace(" ", "-"): value for value, label in Health.choices}
    return Q(health__in={words.get(value, value) for value in _chosen(term, [*Health.values, *words])})


def _pii(term: Term, scope: Scope) -> Q:
    spoken = {
        "true": PERSONAL,
        "false": Q(privacy_class=PrivacyClass.NONE),
        "unclassified": Q(privacy_class=PrivacyClass.UNCLASSIFIED),
    }
    if term.op == "=" and term.value.lower() in spoken:
        return spoken[term.value.lower()]
    return Q(privacy_class__in=_chosen(term, [value for value in PrivacyClass.values if value]))


def _chosen(term: Term, values: list[str]) -> list[str]:
    """The values of a closed list that the term names."""
    wanted = term.value.lower()
    found = [value for value in values if value == wanted or (term.op == "^" and value.startswith(wanted))]
    if not found or term.op not in {"=", "^"}:
        raise LeftOut(f"{term.name} is one of {', '.join(values)}")
    return found


def _project(term: Term, scope: Scope) -> Q:
    return Q(project__in=Project.objects.filter(named("name", term)).order_by().values("pk"))


def _view(term: Term, scope: Scope) -> Q:
    views = FeatureView.objects.filter(named("name", term) | named("key", term))
    return Q(view__in=views.order_by().values("pk"))


def _entity(term: Term, scope: Scope) -> Q:
    if term.op == "^":
        return _any_starts_with("entity_names", term.value)
    return Q(entity_names__overlap=sorted({term.value, term.value.lower()}))


def _tag(term: Term, scope: Scope) -> Q:
    """`tag:tier=1` is that tag, `tag:tier` the key with any value, `tag:ti*` a beginning."""
    wanted = term.value if "=" in term.value else term.value.replace(":", "=", 1)
    if term.op == "^":
        return _any_starts_with("tags", wanted)
    with_value = Q() if "=" in wanted else _any_starts_with("tags", f"{wanted}=")
    return Q(tags__contains=[wanted]) | with_value


def _type(term: Term, scope: Scope) -> Q:
    if term.value.lower() != "vector":
        return named("dtype", term)
    current = Version.objects.filter(feature=OuterRef("pk"), number=OuterRef("number"))
    return Q(Exists(current.filter(vector_dimension__isnull=False))) | named("dtype", term)


def _stale(term: Term, scope: Scope) -> Q:
    """`stale:true` is later than the limit, `stale:>2h` later by more than that. What is unknown is neither."""
    late = Value(scope.now) - freshness.newest_event_at() - freshness.limit()
    views = FeatureView.objects.alias(late=late).order_by()
    if term.op == "=" and term.value.lower() in {"true", "false"}:
        is_late = {"late__gt" if truth(term) else "late__lte": timedelta(0)}
        return Q(view__in=views.filter(**is_late).values("pk"))
    high = as_duration(term.upper) if term.op == "[]" else None
    term = Term(term.name, term.value, ">=") if term.op == "=" else term
    return Q(view__in=views.filter(compared("late", term, as_duration(term.value), high)).values("pk"))


def _feeds(term: Term, scope: Scope) -> Q:
    """`feeds:model:ranker`, or `feeds:ranker` of any kind."""
    kind, _, name = term.value.rpartition(":")
    if kind and kind not in ConsumerKind.values:
        raise LeftOut(f"feeds takes {', '.join(ConsumerKind.values)} and a name, such as feeds:model:fraud-ranker")
    consumers = Consumer.objects.visible_to(scope.actor).filter(named("name", Term("feeds", name, term.op)))
    consumers = consumers.filter(kind=kind) if kind else consumers
    usages = Usage.objects.filter(consumer__in=consumers.order_by().values("pk"), gone_at__isnull=True)
    return Q(pk__in=usages.values("feature"))


def _reads_from(term: Term, scope: Scope) -> Q:
    """The table, by its name or the end of its path: what stores declare, and what lineage knows further up."""
    if term.op != "=":
        raise LeftOut("reads-from takes the name of a table, or the end of it, such as reads-from:stg_orders")
    wanted = term.value.lower()
    tables = (
        Q(name__iexact=wanted) | Q(location__iexact=wanted) | Q(location__iendswith=f".{wanted}")
        | Q(location__iendswith=f"/{wanted}")
    )  # fmt: skip
    sources = Source.objects.filter(tables).order_by().values("pk")
    views = FeatureView.objects.filter(Q(source__in=sources) | Q(stream_source__in=sources)).order_by()
    above = FeatureView.objects.filter(upstream_views__in=views).order_by()
    return Q(view__in=views.values("pk")) | Q(view__in=above.values("pk")) | Q(view__in=_upstream(term, scope))


def _upstream(term: Term, scope: Scope) -> QuerySet[Upstream, Any]:
    if Upstream.objects.filter(is_cut=True, view__project__in=scope.project_ids).exists():
        scope.note("Of views that are made from very many tables, reads-from knows only the nearest.")
    return Upstream.objects.filter(tables__contains=[term.value.lower()]).values("view")


def _missing(term: Term, scope: Scope) -> Q:
    limits = FeatureView.objects.filter(slo_freshness__isnull=True, slo_max_null_rate__isnull=True).order_by()
    rootless = FeatureView.objects.filter(source__isnull=True, upstream_views__isnull=True, upstream__isnull=True)
    conditions = {
        "owner": Q(owner__isnull=True),
        "description": Q(description=""),
        "default": Q(has_default=False),
        "slo": Q(view__in=limits.values("pk")),
        "lineage": Q(view__in=rootless.order_by().values("pk")),
        "class": Q(privacy_class=PrivacyClass.UNCLASSIFIED),
    }
    return conditions[_chosen(term, list(_GAPS))[0]]


def _is(term: Term, scope: Scope) -> Q:
    states = {
        "followed": Q(Exists(Follow.objects.filter(feature=OuterRef("pk"), user=scope.actor.pk))),
        "gone": Q(gone_at__isnull=False),
        "online": Q(is_online=True),
    }
    return states[_chosen(term, list(states))[0]]


def _access(term: Term, scope: Scope) -> Q:
    """How the actor stands to it, which a higher app knows: CHARTER_ACCESS names its function."""
    state = _chosen(term, list(_ACCESS))[0]
    if not isinstance(scope.actor, User):
        return Q(pk__in=[])
    found: Q = import_string(settings.CHARTER_ACCESS)(state, scope.actor)
    return found


def _online(term: Term, scope: Scope) -> Q:
    return Q(is_online=truth(term))


def _number(column: str, term: Term, scope: Scope) -> Q:
    return number_is(column, term)


def _moment(column: str, term: Term, scope: Scope) -> Q:
    return moment_is(column, term, scope.now)


def _sunset(term: Term, scope: Scope) -> Q:
    return day_is("sunset_on", term, scope.now.date())


def _named(column: str, term: Term, scope: Scope) -> Q:
    return named(column, term)


_CLASSES = tuple(value for value in PrivacyClass.values if value)
_ACCESS = ("mine", "none", "pending", "expiring")
_GAPS = ("owner", "description", "default", "slo", "lineage", "class")
FIELDS = {
    one.name: one
    for one in (
        Field("owner", _owner, "team or person, @me, @my-team, none", ("@me", "@my-team", "none")),
        Field("status", _status, "state of the current version", tuple(VersionState.values)),
        Field("health", _health, "fresh and filled as its owner wants", tuple(Health.values)),
        Field("pii", _pii, "personal data", ("true", "false", "unclassified", *_CLASSES)),
        Field("entity", _entity, "what it describes"),
        Field("project", _project, "namespace"),
        Field("view", _view, "feature view"),
        Field("tag", _tag, "key, or key=value"),
        Field("type", _type, "data type", ("vector",)),
        Field("store", partial(_named, "store"), "connection it came from"),
        Field("unit", partial(_named, "unit"), "unit of its values"),
        Field("online", _online, "served online", ("true", "false")),
        Field("stale", _stale, "later than its limit, or later by more than an age", ("true", "false", ">2h")),
        Field("null", partial(_number, "null_rate"), "share of nulls", (">5%", "0")),
        Field("used", partial(_number, "models_count"), "number of models that use it", ("0", ">0")),
        Field("reads", partial(_number, "reads_per_day"), "reads a day", (">1000",)),
        Field("feeds", _feeds, "model or service that uses it"),
        Field("reads-from", _reads_from, "table it is made from, however far up"),
        Field("missing", _missing, "what nobody has said yet", _GAPS),
        Field("changed", partial(_moment, "changed_at"), "age or date of the last change", ("<7d",)),
        Field("created", partial(_moment, "created_at"), "age or date of registration", ("<7d",)),
        Field("sunset", _sunset, "days until it is retired", ("<30d",)),
        Field("is", _is, "followed by you, or gone from its store", ("followed", "gone", "online")),
        Field("version", partial(_number, "number"), "number of the current version"),
        Field("drift", partial(_number, "drift"), "distance from its reference", (">0.25", ">0.1")),
        Field("access", _access, "your right to read personal features", _ACCESS),
    )
}
