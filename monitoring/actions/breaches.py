"""Breaches, from one reading to the next: suspected, open, over. What opens finds its cause, and with it its incident.

One transaction at a time follows verdicts. Whoever comes with a reading that was counted already changes nothing, so
any number of workers may look at the same things at once.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from common.locks import wait_for_lock
from common.statements import execute_many
from monitoring.actions.incidents import LOCK, blame, resolve_what_is_over
from monitoring.kinds import USUAL_READINGS
from monitoring.models import Breach, BreachState, Patience
from monitoring.pulling import of_pulls
from monitoring.readings import ENDED, FORGOTTEN, Reading, Standing, Subject, after
from monitoring.serving import of_serving
from registry.breaking import Cause, JobState, witness

_STEP = """
UPDATE monitoring_breach SET state = %s, bad = %s, good = %s, read_at = %s, reason = %s, opened_at = %s WHERE id = %s
"""


@dataclass(slots=True)
class _Changes:
    """What the verdicts come to, not written yet."""

    made: list[Breach] = field(default_factory=list)
    stepped: list[Breach] = field(default_factory=list)
    opened: list[Breach] = field(default_factory=list)
    ended: list[Breach] = field(default_factory=list)
    forgotten: list[Breach] = field(default_factory=list)


def follow_stores_and_jobs() -> int:
    """Follow what pulls, stores and runs tell. Returns how many breaches it opened or ended."""
    known = set(Breach.objects.live().values_list("subject", "kind"))
    jobs = list(witness().jobs([subject.replace(" ", ":", 1) for subject, _ in known if subject.startswith("job ")]))
    causes = {_of_job(job).text: job.cause for job in jobs}
    end_what_is_gone()
    return follow([*of_pulls(known), *of_serving(), *_of_jobs(jobs)], causes)


def _of_job(job: JobState) -> Subject:
    return Subject(job.cause.key.replace(":", " ", 1))


def _of_jobs(jobs: Iterable[JobState]) -> Iterator[Reading]:
    now = timezone.now()
    for job in jobs:
        if job.ended_at is not None and (job.failures or job.successes):
            in_a_row, reason = job.failures or job.successes, f"{job.failures} runs in a row failed."
            yield Reading("job_failed", _of_job(job), job.failures > 0, job.ended_at, reason, in_a_row)
        if job.is_late is not None:
            reason = f"It was due at {job.due_at:%Y-%m-%d %H:%M} UTC and has not started." if job.is_late else ""
            yield Reading("job_late", _of_job(job), job.is_late, now, reason)


def follow(verdicts: Iterable[Reading], causes: Mapping[str, Cause] | None = None) -> int:
    """Count these readings. `causes` are those that are known by subject already. Returns how many breaches were opened
    or ended."""
    said = list(verdicts)
    if not any(one.is_bad for one in said) and not Breach.objects.live().exists():
        return 0
    with transaction.atomic():
        wait_for_lock(LOCK)
        changes = _counted(said)
        _write(changes)
        blame(changes.opened, causes or {})
        resolve_what_is_over(changes.ended)
    return len(changes.opened) + len(changes.ended)


def _counted(verdicts: Iterable[Reading]) -> _Changes:
    held = {(one.subject, one.kind): one for one in Breach.objects.live().select_related("incident")}
    patience = dict(Patience.objects.values_list("view", "readings"))
    changes = _Changes()
    for verdict in verdicts:
        breach = held.get(verdict.key)
        was = Standing(breach.state == BreachState.OPEN, breach.bad, breach.good, breach.read_at) if breach else None
        stands = after(was, verdict, patience.get(verdict.subject.view or 0, USUAL_READINGS))
        if stands is not None:
            _note(changes, breach, verdict, stands)
    return changes


def _note(changes: _Changes, breach: Breach | None, verdict: Reading, stands: Standing) -> None:
    if breach is None:
        breach = _new(verdict, stands)
        changes.made.append(breach)
    elif stands in (ENDED, FORGOTTEN):
        (changes.ended if stands is ENDED else changes.forgotten).append(breach)
        return
    else:
        breach.bad, breach.good, breach.read_at = stands.bad, stands.good, stands.read_at
        breach.reason = verdict.reason or breach.reason
        changes.stepped.append(breach)
    if stands.is_open and breach.state != BreachState.OPEN:
        breach.state, breach.opened_at = BreachState.OPEN, timezone.now()
        changes.opened.append(breach)


def _new(verdict: Reading, stands: Standing) -> Breach:
    subject = verdict.subject
    return Breach(
        kind=verdict.kind, subject=subject.text, view_id=subject.view, feature_id=subject.feature,
        connection_id=subject.connection, state=BreachState.SUSPECTED, bad=stands.bad, read_at=stands.read_at,
        since=stands.read_at, reason=verdict.reason,
    )  # fmt: skip


def _write(changes: _Changes) -> None:
    Breach.objects.bulk_create(changes.made, batch_size=2_000)
    rows = [(one.state, one.bad, one.good, one.read_at, one.reason, one.opened_at, one.pk) for one in changes.stepped]
    execute_many(_STEP, rows)
    Breach.objects.filter(pk__in=[one.pk for one in changes.forgotten]).delete()
    end(changes.ended)


def end(breaches: Collection[Breach]) -> None:
    """They are over."""
    Breach.objects.filter(pk__in=[one.pk for one in breaches]).update(state=BreachState.ENDED, ended_at=timezone.now())


@transaction.atomic
def end_what_is_gone() -> int:
    """End breaches of what is not watched any more: views that are gone, connections that are off."""
    wait_for_lock(LOCK)
    gone = Q(view__gone_at__isnull=False) | Q(connection__is_enabled=False)
    live = list(Breach.objects.live().filter(gone).select_related("incident"))
    ended = [one for one in live if one.state == BreachState.OPEN]
    end(ended)
    Breach.objects.filter(pk__in=[one.pk for one in live if one.state == BreachState.SUSPECTED]).delete()
    resolve_what_is_over(ended)
    return len(live)
