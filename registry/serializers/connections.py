"""Connections and the work that reads them. No secrets; addresses only for those who answer for the store."""

from typing import Any

from django.db.models import (
    Case,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    IntegerField,
    JSONField,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Greatest, Now
from rest_framework import serializers

from common.fields import At, Computed, Expandable, ExpandableList, Outer, Resource, Seconds, SecondsField, numbered
from registry import roles
from registry.choices import PullKind, PullState
from registry.models import Pull
from registry.serializers.teams import TeamSerializer
from registry.stores import ADDRESSES

ADDRESS_NAMES = sorted({name for names in ADDRESSES.values() for name in names})


_NAMES = f"'{{{','.join(ADDRESS_NAMES)}}}'::text[]"


class Addresses(Func):
    """The settings that are addresses."""

    template = (
        f"(SELECT coalesce(jsonb_object_agg(key, value) FILTER (WHERE key = ANY({_NAMES})), '{{}}')"  # noqa: S608  ours
        " FROM jsonb_each(%(expressions)s))"
    )
    output_field = JSONField()


class Options(Func):
    """The settings that are no addresses."""

    template = f"(%(expressions)s - {_NAMES})"
    output_field = JSONField()


def if_may_inspect(value: Any, at: At, actor: Any, connection: str, output: Any) -> Any:
    """`value` for those who have `registry.inspect_connection`, null for others: the rule, where the row is."""
    if actor.is_admin or roles.AUDITOR in actor.role_names:
        return value
    owns = Q(**{at(f"{connection}owner__in"): actor.team_ids})
    return Case(When(owns, then=value), default=Value(None), output_field=output)


def _elapsed(at: At) -> Greatest:
    """Seconds since the work began, until it was finished."""
    until = Coalesce(F(at("finished_at")), Now(), output_field=DateTimeField())
    spent = ExpressionWrapper(until - F(at("started_at")), output_field=DurationField())
    return Greatest(Cast(Seconds(spent), FloatField()), Value(0.001))


def _fraction(at: At, actor: Any) -> Case:
    share = Cast(F(at("done")), FloatField()) / Cast(F(at("total")), FloatField())
    return Case(When(**{at("total__gt"): 0}, then=share), output_field=FloatField())


def _rate(at: At, actor: Any) -> Case:
    pace = Cast(F(at("done")), FloatField()) / _elapsed(at)
    is_known = Q(**{at("started_at__isnull"): False, at("done__gt"): 0})
    return Case(When(is_known, then=pace), output_field=FloatField())


def _time_left(at: At, actor: Any) -> Case:
    left = Cast(F(at("total")) - F(at("done")), FloatField()) * _elapsed(at) / Cast(F(at("done")), FloatField())
    is_known = Q(**{at("state"): PullState.RUNNING, at("done__gt"): 0, at("total__gt"): 0})
    return Case(When(is_known, then=left), output_field=FloatField())


def _length(column: str) -> Any:
    return lambda at, actor: Func(F(at(column)), function="jsonb_array_length", output_field=IntegerField())


def _inspected(column: str) -> Any:
    return lambda at, actor: if_may_inspect(F(at(column)), at, actor, "connection__", JSONField())


class PullErrorSerializer(serializers.Serializer):
    object = serializers.CharField()
    reason = serializers.CharField()
    fix = serializers.CharField()


class OperationSerializer(Resource):
    """Long work: how far it is, how fast, how long it still takes, and what went wrong."""

    id = Computed(serializers.CharField(), numbered("PULL"))
    connection = serializers.CharField(source="connection.slug")
    kind = serializers.ChoiceField(PullKind.choices)
    state = serializers.ChoiceField(PullState.choices)
    done = serializers.IntegerField()
    total = serializers.IntegerField(allow_null=True, help_text="Null while nobody knows.")
    fraction_done = Computed(serializers.FloatField(allow_null=True), _fraction)
    rate_per_second = Computed(
        serializers.FloatField(allow_null=True, help_text="Null before anything is done."), _rate
    )
    seconds_left = Computed(serializers.FloatField(allow_null=True), _time_left)
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="What changed.")
    warnings_count = Computed(serializers.IntegerField(), _length("warnings"))
    errors_count = Computed(serializers.IntegerField(), _length("errors"))
    warnings = Computed(
        serializers.ListField(
            child=serializers.CharField(), allow_null=True, help_text="Null for who does not answer for the store."
        ),
        _inspected("warnings"),
    )
    errors = Computed(
        serializers.ListField(
            child=PullErrorSerializer(), allow_null=True, help_text="Null for who does not answer for the store."
        ),
        _inspected("errors"),
    )
    requested_by = serializers.CharField(source="requested_by.username", allow_null=True)
    attempts = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    heartbeat_at = serializers.DateTimeField(allow_null=True)
    cancel_requested_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


def _latest(actor: Any, outer: Outer) -> QuerySet[Pull]:
    return Pull.objects.filter(connection=outer("pk")).order_by("-id")[:20]


class ConnectionSerializer(Resource):
    """A configured link to an outside system."""

    slug = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    owner = Expandable(TeamSerializer, key="owner__slug", help_text="Slug of the team that answers for it.")
    is_enabled = serializers.BooleanField()
    addresses = Computed(
        serializers.DictField(
            child=serializers.CharField(), allow_null=True, help_text="Without secrets; null for who may not see them."
        ),
        lambda at, actor: if_may_inspect(Addresses(F(at("settings"))), at, actor, "", JSONField()),
    )
    options = Computed(
        serializers.DictField(allow_null=True, help_text="Null for who may not see them."),
        lambda at, actor: if_may_inspect(Options(F(at("settings"))), at, actor, "", JSONField()),
    )
    definitions_every_seconds = SecondsField(source="definitions_every")
    measurements_every_seconds = SecondsField(source="measurements_every")
    definitions_due_at = serializers.DateTimeField()
    measurements_due_at = serializers.DateTimeField()
    failures = serializers.IntegerField(help_text="Pulls that failed in a row.")
    open_until = serializers.DateTimeField(allow_null=True, help_text="It rests until then, after failures in a row.")
    created_at = serializers.DateTimeField()
    operations = ExpandableList(OperationSerializer, _latest)
