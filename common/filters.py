"""Kinds of filters that lists are built from. A value that means nothing is an error, never an unfiltered list."""

from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.dateparse import parse_date, parse_datetime
from django_filters import Filter


class NamesField(forms.MultipleChoiceField):
    """Any texts: what nobody is called finds nothing."""

    def valid_value(self, value: str) -> bool:
        return True


class AnyOf(Filter):
    """`?project=a&project=b`: rows with one of these values."""

    field_class: type[forms.Field] = NamesField

    def __init__(self, field_name: str, help_text: str, *, lookup: str = "in", **extra: Any) -> None:
        super().__init__(field_name=field_name, lookup_expr=lookup, help_text=help_text, **extra)

    def filter(self, rows: QuerySet[Any], values: list[str]) -> QuerySet[Any]:
        return rows.filter(**{f"{self.field_name}__{self.lookup_expr}": values}) if values else rows


class Choices(AnyOf):
    """The same for a closed list."""

    field_class = forms.MultipleChoiceField


class YesNo(Filter):
    """`?online=true`. Anything but true and false is an error, unlike with Django's own boolean fields."""

    field_class = forms.ChoiceField

    def __init__(self, field_name: str, help_text: str, *, lookup: str = "exact", exclude: bool = False) -> None:
        choices = [("true", "true"), ("false", "false")]
        super().__init__(field_name, lookup, exclude=exclude, help_text=help_text, choices=choices)

    def filter(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return super().filter(rows, value == "true") if value else rows


class MomentField(forms.CharField):
    """An RFC 3339 moment, UTC where it names no zone, or a day, which is its end."""

    def clean(self, value: Any) -> datetime | None:
        try:
            return _moment(value) if value else None
        except (ValueError, OverflowError):
            raise ValidationError("Write it as 2026-03-03 or 2026-03-03T12:00:00Z.", code="invalid_moment") from None


def _moment(text: str) -> datetime:
    if day := parse_date(text):
        return datetime.combine(day, time.max, UTC)
    found = parse_datetime(text)
    if found is None:
        raise ValueError(text)
    # PostgreSQL takes no zone that is 16 hours or more away, so none is left to it.
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


class AsOf(Filter):
    """`?as_of=2026-03-03`: rows as they were at a moment."""

    field_class: type[forms.Field] = MomentField

    def __init__(self, help_text: str) -> None:
        super().__init__(help_text=help_text)

    def filter(self, rows: QuerySet[Any], value: datetime | None) -> QuerySet[Any]:
        return self.at(rows, value) if value else rows

    def at(self, rows: QuerySet[Any], moment: datetime) -> QuerySet[Any]:
        """Those of the moment."""
        raise NotImplementedError
