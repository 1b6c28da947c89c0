"""Kinds of filters that lists are built from. A value that means nothing is an error, never an unfiltered list."""

from typing import Any

from django import forms
from django.db.models import QuerySet
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
