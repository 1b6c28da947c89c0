"""What an administrator fills in to connect a store. What was typed as a secret is never shown again."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.html import format_html

from common.durations import compact_duration, parse_duration
from common.logs import scrub
from registry.choices import PullKind
from registry.models import Connection, Team
from registry.refusable import Refusable
from registry.stores import ADDRESSES, needed, pulls_of

LABELS = {
    "registry_url": "Registry", "offline_url": "Offline store", "online_url": "Online store", "service_url": "Address",
    "metrics_url": "Figures of serving", "metrics_token": "Token for figures",
    "token": "Token", "namespace": "Namespace", "artifacts_url": "Artifacts", "tables_url": "Database",
}  # fmt: skip
_EXAMPLES = {
    "service_url": ("https://charter:${env:CHARTER_STORE_AIRFLOW}@airflow.example.org", "http://mlflow:5000"),
    "token": ("${env:CHARTER_STORE_TOKEN}", "${file:airflow-token}"),
    "namespace": ("default", "production"),
    "artifacts_url": ("/srv/dbt/target", "s3://bucket/dbt/target"),
    "tables_url": ("postgresql://warehouse:5432/dwh", "snowflake://org-account"),
    "registry_url": ("postgresql://charter:${env:CHARTER_STORE_FEAST}@db/feast", "/srv/registry.db"),
    "offline_url": (
        "postgresql://charter:${env:CHARTER_STORE_DWH}@db/features",
        "snowflake://charter:${env:CHARTER_STORE_DWH}@account/DATABASE/SCHEMA?warehouse=SMALL",
    ),
    "online_url": ("rediss://charter:${env:CHARTER_STORE_REDIS}@cache:6379/0", "dynamodb://eu-west-1"),
    "metrics_url": ("http://prometheus:9090?job=feast", "https://charter:${env:CHARTER_STORE_METRICS}@prometheus"),
    "metrics_token": ("${env:CHARTER_STORE_TOKEN}", "${file:prometheus-token}"),
}


_OWN = ("name", "definitions_every", "measurements_every")


class AddressInput(forms.TextInput):
    """Shows an address with stars for its password, also one that was just typed."""

    def format_value(self, value: Any) -> str | None:
        shown = super().format_value(value)
        return shown if shown is None else scrub(shown)


class IntervalField(forms.CharField):
    """A span such as 5m or 1h; None where none is required and none was typed."""

    def clean(self, value: Any) -> timedelta | None:
        try:
            text = super().clean(value)
            return parse_duration(text) if text else None
        except (ValueError, OverflowError) as error:
            raise forms.ValidationError(str(error)) from None

    def prepare_value(self, value: Any) -> Any:
        return compact_duration(value) if isinstance(value, timedelta) else value


class ConnectionForm(Refusable):
    """One form for a new connection and for a change; the action decides what is right."""

    name = forms.CharField(max_length=120, help_text="What people call this store. Its address follows from the name.")
    owner = forms.ModelChoiceField(
        Team.objects.all(), to_field_name="slug", required=False, empty_label="Nobody yet", label="Team",
        help_text="Answers for the store. Its members may pull and see what went wrong.",
    )  # fmt: skip
    definitions_every = IntervalField(
        max_length=20, initial=timedelta(minutes=5), label="Pull definitions every", help_text="Such as 5m or 1h."
    )
    measurements_every = IntervalField(
        max_length=20, initial=timedelta(minutes=15), label="Measure every", help_text="Such as 15m or 1h."
    )

    def __init__(self, *args: Any, kind: str = "feast", connection: Connection | None = None, **kwargs: Any) -> None:
        if connection:
            kwargs["initial"] = _initial(connection)
        super().__init__(*args, **kwargs)
        self.kind = connection.kind if connection else kind
        for name, purpose in ADDRESSES[self.kind].items():
            self.fields[name] = forms.CharField(
                label=LABELS[name], max_length=2000, required=name == needed(self.kind), widget=AddressInput,
                help_text=format_html("{}. Such as <code>{}</code> or <code>{}</code>", purpose, *_EXAMPLES[name]),
            )  # fmt: skip
        if PullKind.MEASUREMENTS not in pulls_of(self.kind):
            del self.fields["measurements_every"]
            self.fields["definitions_every"].label = "Pull every"
        self.order_fields(["name", *ADDRESSES[self.kind]])

    def arguments(self) -> dict[str, Any]:
        """What the actions take: name, addresses and intervals; the team is left to the caller."""
        taken = {name: self.cleaned_data[name] for name in _OWN if name in self.fields}
        return taken | {"addresses": {name: self.cleaned_data[name] for name in ADDRESSES[self.kind]}}


def _initial(connection: Connection) -> dict[str, Any]:
    own = {name: getattr(connection, name) for name in _OWN}
    return {**connection.settings, **own, "owner": connection.owner.slug if connection.owner else ""}
