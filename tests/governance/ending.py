"""A version that several teams read, in front of its end."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from registry.choices import Evidence
from registry.models import Usage, Version
from tests.factories import ConsumerFactory, FeatureFactory, ProjectFactory, ViewFactory


def in_days(days: int) -> Any:
    return timezone.now().date() + timedelta(days=days)


def make_ending(cast: SimpleNamespace) -> SimpleNamespace:
    """`pay.stats.amount@1` of payments, which `@2` can replace. Risk's model declares it, risk's service was seen
    reading it, and a job that belongs to nobody too."""
    view = ViewFactory(project=ProjectFactory(name="pay", owner=cast.payments), name="stats", is_online=True)
    feature = FeatureFactory(view=view, name="amount", number=2, is_online=True)
    new = feature.versions.get()
    old = Version.objects.create(feature=feature, number=1, dtype="int64", unit="cents", state="active")
    cast.risk.email = "risk@example.org"
    cast.risk.save()
    model = ConsumerFactory(kind="model", name="fraud", team=cast.risk)
    service = ConsumerFactory(kind="service", name="checkout", team=cast.risk)
    job = ConsumerFactory(kind="job", name="nightly", seen_by="svc-x")
    Usage.objects.create(consumer=model, feature=feature, number=1, evidence=Evidence.DECLARED)
    for consumer in (service, job):
        Usage.objects.create(
            consumer=consumer, feature=feature, number=1, evidence=Evidence.OBSERVED, last_seen_at=timezone.now()
        )
    return SimpleNamespace(
        cast=cast, feature=feature, old=old, new=new, model=model, service=service, job=job,
        said={"kind": "replaced", "reason": "In dollars now.", "sunset_on": in_days(100), "replacement": new},
    )  # fmt: skip
