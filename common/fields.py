"""What a resource looks like in JSON: declared once as a serializer, written by PostgreSQL.

A serializer here is a declaration. It documents the fields in the OpenAPI description and says where each comes from;
the JSON text itself is built by the database, which is several times faster than building it row by row in Python.
`?fields=` narrows it and `?expand=` opens what is otherwise only named.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    CharField,
    Expression,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Concat
from rest_framework import serializers

At = Callable[[str], str]  # the path of a column, seen from where the serializer stands
Outer = Callable[[str], OuterRef]  # the same, seen from inside a subquery
SerializerClass = type[serializers.Serializer]


class Resource(serializers.Serializer):
    """What `?fields=` can narrow: none of its fields is promised to every caller."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which fields to show: `only` lists them (empty: all), `expanded` says what to open, and how."""

    only: frozenset[str] = frozenset()
    expanded: "dict[str, Selection]" = field(default_factory=dict)

    @property
    def is_default(self) -> bool:
        return not self.only and not self.expanded


class JsonObject(Func):
    """`json_build_object`: keeps the order of its keys, unlike jsonb, and is what `json_agg` of rows would give."""

    function = "json_build_object"
    output_field = TextField()

    def __init__(self, **fields: Any) -> None:
        self.names = tuple(fields)
        super().__init__(*fields.values())

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        compiled = [compiler.compile(argument) for argument in self.get_source_expressions()]
        pairs = ", ".join(f"'{name}', {sql}" for name, (sql, _) in zip(self.names, compiled, strict=True))
        return f"json_build_object({pairs})", [value for _, values in compiled for value in values]


class Moment(Func):
    """RFC 3339 in UTC, to the microsecond."""

    template = """to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
    output_field = TextField()


class Seconds(Func):
    """A duration as a number of seconds."""

    template = "extract(epoch from %(expressions)s)::float8"
    output_field = TextField()


class SecondsField(serializers.FloatField):
    """A duration in seconds. Name the field `..._seconds`."""


class LargeField(serializers.JSONField):
    """Too much to send unasked: shown when `?fields=` names it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)


class Computed(serializers.Field):
    """A field that is more than a column. `like` documents it; `build` gives the expression for an actor's eyes."""

    def __init__(self, like: serializers.Field, build: Callable[[At, Any], Any], **kwargs: Any) -> None:
        self.like, self.build = like, build
        # In DRF's terms what is only read is always there; what must be asked for is not.
        super().__init__(read_only=like.required, required=False, help_text=like.help_text, **kwargs)


def numbered(prefix: str) -> Callable[[At, Any], Concat]:
    """The id that people and links use, such as DEP-17: a prefix and the row's own number."""
    return lambda at, actor: Concat(Value(f"{prefix}-"), Cast(F(at("pk")), CharField()))


class Expandable(serializers.Field):
    """Another object: its name by default, the whole of it with `?expand=`. `key` is where its name is kept.

    A `source` of "*" makes it another look at this very row.
    """

    def __init__(self, serializer: SerializerClass, *, key: str, **kwargs: Any) -> None:
        self.serializer, self.key = serializer, key
        super().__init__(read_only=True, **kwargs)


class ExpandableOne(serializers.Field):
    """An object that belongs to this one: left out by default, shown with `?expand=`.

    `rows` gives its queryset for an actor and for this object's columns.
    """

    def __init__(self, serializer: SerializerClass, rows: Callable[[Any, Outer], QuerySet[Any]], **kwargs: Any) -> None:
        self.serializer, self.rows = serializer, rows
        super().__init__(required=False, **kwargs)


class ExpandableList(ExpandableOne):
    """Objects that belong to this one, in the order of `rows`."""


def declared(serializer: SerializerClass) -> dict[str, serializers.Field]:
    return serializer._declared_fields


def expandable(serializer: SerializerClass) -> list[str]:
    return [name for name, field in declared(serializer).items() if isinstance(field, Expandable | ExpandableOne)]


def json_text(serializer: SerializerClass, selection: Selection, actor: Any) -> Cast:
    """An expression whose value is the row as JSON text."""
    return Cast(json_object(serializer, selection, actor), TextField())


def json_object(serializer: SerializerClass, selection: Selection, actor: Any, prefix: str = "") -> JsonObject:
    return JsonObject(
        **{
            name: _expression(name, field, selection, actor, prefix)
            for name, field in declared(serializer).items()
            if _is_shown(name, field, selection)
        }
    )


def shown(serializer: SerializerClass, selection: Selection) -> list[str]:
    """The names of the fields in this selection, in order."""
    return [name for name, field in declared(serializer).items() if _is_shown(name, field, selection)]


def _is_shown(name: str, field: serializers.Field, selection: Selection) -> bool:
    if name in selection.expanded or name in selection.only:
        return True
    like = field.like if isinstance(field, Computed) else field
    return not selection.only and not isinstance(like, LargeField | ExpandableOne)


def _expression(name: str, field: serializers.Field, selection: Selection, actor: Any, prefix: str) -> Any:
    path = prefix + (field.source or name).replace(".", "__")
    inner = selection.expanded.get(name)
    match field:
        case Computed():
            return field.build(lambda column: prefix + column, actor)
        case ExpandableOne():
            return _belonging(field, inner or Selection(), actor, prefix)
        case Expandable() if inner is None:
            return F(prefix + field.key)
        case Expandable():
            return _one(field.serializer, inner or Selection(), actor, "" if field.source == "*" else path)
        case serializers.ListSerializer():  # a JSON column, documented
            return F(path)
        case serializers.Serializer():
            return _one(type(field), Selection(), actor, "" if field.source == "*" else path)
        case serializers.DateTimeField():
            return Moment(F(path))
        case SecondsField():
            return Seconds(F(path))
    return F(path)


def _one(serializer: SerializerClass, selection: Selection, actor: Any, path: str) -> Expression:
    """The object at the end of `path` (this very row for ""), or null where there is none."""
    if not path:
        return json_object(serializer, selection, actor)
    built = json_object(serializer, selection, actor, f"{path}__")
    return Case(When(Q(**{f"{path}__isnull": True}), then=Value(None)), default=built, output_field=TextField())


def _belonging(field: ExpandableOne, selection: Selection, actor: Any, prefix: str) -> Combinable:
    rows = field.rows(actor, lambda column: OuterRef(prefix + column))
    texts = rows.values_list(json_object(field.serializer, selection, actor))
    if isinstance(field, ExpandableList):
        return Func(ArraySubquery(texts), function="array_to_json", output_field=TextField())
    return Subquery(texts[:1])
