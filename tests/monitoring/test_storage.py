"""What views take in their stores, and what is served although nobody is known to read it."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from connectors.records import ViewReading
from monitoring.actions.readings import write_reading
from monitoring.models import StoreFigure
from monitoring.storage import storage_of, totals_of
from registry.models import FeatureView, ReadDay, Usage
from tests.cast import api_as, page_as
from tests.factories import ConnectionFactory, ConsumerFactory, FeatureFactory, ProjectFactory, ViewFactory

pytestmark = pytest.mark.django_db
MIB = 2**20


def served(name: str, cast: SimpleNamespace, *, size: int | None, entities: int = 5, **facts: object) -> FeatureView:
    """A view that is materialized, with one feature."""
    view = ViewFactory(name=name, is_online=True, owner=cast.payments, **facts)
    FeatureFactory(view=view, name=f"{name}_feature")
    keep(view, size, entities)
    return view


def keep(view: FeatureView, size: int | None, entities: int) -> None:
    reading = ViewReading("served", timezone.now(), entities, entities, stored_bytes=size)
    write_reading(view, [], reading, pull=None, now=timezone.now(), sets_null_rates=False)


def unread(cast: SimpleNamespace) -> set[str]:
    return {view.name for view in storage_of(cast.viewer, timezone.now()) if view.is_unread}


def test_what_nobody_is_known_to_read_is_told_with_what_it_takes(cast: SimpleNamespace) -> None:
    used, reported, asked = (served(name, cast, size=MIB) for name in ("used", "reported", "asked"))
    served("idle", cast, size=3 * MIB)
    served("empty", cast, size=8192, entities=0)
    served("silent", cast, size=None)
    ViewFactory(name="history_only", owner=cast.payments)
    consumer = ConsumerFactory()
    Usage.objects.create(consumer=consumer, feature=used.features.get(), evidence="declared")
    now = timezone.now()
    ReadDay.objects.create(
        consumer=consumer, feature=reported.features.get(), number=1, day=now.date(), reads=3, last_at=now,
        token_name="t",
    )  # fmt: skip
    StoreFigure.objects.create(
        id=1, measured_at=now, connection=ConnectionFactory(), view=asked, name="values_per_second", value=0.5
    )
    assert unread(cast) == {"idle", "silent"}
    totals = totals_of(storage_of(cast.viewer, now))
    assert totals == {"source": None, "served": 6 * MIB + 8192, "saved": 3 * MIB}


def test_an_end_of_use_counts_and_so_does_time(cast: SimpleNamespace) -> None:
    view = served("left", cast, size=1)
    feature, now = view.features.get(), timezone.now()
    Usage.objects.create(consumer=ConsumerFactory(), feature=feature, evidence="declared", gone_at=now)
    ReadDay.objects.create(
        consumer=ConsumerFactory(name="old"), feature=feature, number=1, day=(now - timedelta(days=31)).date(), reads=3,
        last_at=now, token_name="t",
    )  # fmt: skip
    assert unread(cast) == {"left"}


def test_pages_and_api_tell_it_of_what_one_sees(cast: SimpleNamespace) -> None:
    shown = served("idle", cast, size=3 * MIB)
    secret = served(
        "secret", cast, size=MIB, project=ProjectFactory(name="hidden", visibility="restricted", owner=cast.payments)
    )
    for user, seen in ((cast.viewer, {shown.key}), (cast.owner_a, {shown.key, secret.key})):
        page = page_as(user).get("/insights/storage").content.decode()
        assert {one.key for one in (shown, secret) if one.key in page} == seen
        rows = api_as(user).get("/api/v1/storage?unread=true").json()["data"]
        assert {row["view"]: row["served_bytes"] for row in rows}.keys() == seen
        sheet = page_as(user).get("/insights/storage?unread=1&format=csv")
        assert len(b"".join(sheet).decode().strip().splitlines()) == 1 + len(seen)
    assert "3 MiB" in page_as(cast.viewer).get("/insights/storage?unread=1").content.decode()
    assert "No views yet" in page_as(cast.viewer).get("/insights/storage?project=nothing").content.decode()
