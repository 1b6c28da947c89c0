"""Celery's door: each task finds its rows and calls one action."""

from celery import shared_task
from django.utils import timezone

from governance.actions import (
    enforcing,
    escalating,
    following,
    following_reviews,
    granting,
    guessing,
    keeping_scores,
    recertifying,
    suggesting,
    verifying,
)
from governance.actions.attesting import remind_attestations
from governance.authorization import keeping
from lineage.actions.tracing import trace_changed
from registry.models import Connection


@shared_task(name="governance.tasks.follow_deprecations")
def follow_deprecations(project_id: int) -> int:
    return following.follow_all(project_id)


@shared_task(name="governance.tasks.follow_all")
def follow_all() -> int:
    return following.follow_all()


@shared_task(name="governance.tasks.suggest_classes")
def suggest_classes() -> dict[str, int]:
    """What flows into features may change with the graph, and what it means with each class that somebody sets."""
    trace_changed()
    guessing.read_names()
    return suggesting.suggest_classes()


@shared_task(name="governance.tasks.end_grants")
def end_grants() -> int:
    return granting.end_due()


@shared_task(name="governance.tasks.escalate_requests")
def escalate_requests() -> int:
    return escalating.escalate_due()


@shared_task(name="governance.tasks.keep_decisions")
def keep_decisions() -> dict[str, list[str]]:
    return keeping.forget(timezone.now())


@shared_task(name="governance.tasks.start_quarterly_review")
def start_quarterly_review() -> str:
    made = recertifying.start_quarterly()
    return str(made) if made else ""


@shared_task(name="governance.tasks.follow_reviews")
def follow_reviews() -> int:
    return following_reviews.follow_reviews()


@shared_task(name="governance.tasks.enforce_rights")
def enforce_rights(connection_id: int) -> int:
    return enforcing.enforce(Connection.objects.get(pk=connection_id))


@shared_task(name="governance.tasks.enforce_all_rights")
def enforce_all_rights() -> int:
    return enforcing.enforce_all()


@shared_task(name="governance.tasks.verify_rights")
def verify_rights(connection_id: int) -> int:
    return verifying.verify(Connection.objects.get(pk=connection_id))


@shared_task(name="governance.tasks.verify_all_rights")
def verify_all_rights() -> int:
    return verifying.verify_all()


@shared_task(name="governance.tasks.keep_scorecard")
def keep_scorecard() -> int:
    remind_attestations()
    return keeping_scores.keep_scorecard()


@shared_task(name="governance.tasks.ask_portal", ignore_result=True)
def ask_portal() -> bool:
    return keeping_scores.ask_portal()
