"""The work of comparing two views, and keeping what was found.

Both are read as they were at one moment, on the same entities. Values are compared in memory and dropped, keys leave as
salted hashes, and personal features are not asked for at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from common.quantities import count, percent
from connectors.records import ConnectorError, KeyPicker, KeySample, ViewTarget
from monitoring.actions.measure import target
from monitoring.actions.parity import features_of, keys_of, pairs_of
from monitoring.actions.skew import hashed
from monitoring.models import Parity, ParityFeature, ParityState
from monitoring.paralleling import Found, Key, Rows, parity, together
from registry import stores
from registry.models import FeatureView

log = structlog.get_logger()
STEPS = 5
LOST_AFTER, MOST_ATTEMPTS = timedelta(minutes=15), 3
UNASKED_AFTER = timedelta(minutes=2)


def run_parity(number: int) -> Parity | None:
    """Do one that waits. None when it is finished already, or another worker is at it."""
    held = _claimed(number)
    if held is None:
        return None
    try:
        _compare(held)
    except ConnectorError as error:
        _finish(held, ParityState.UNKNOWN, f"{error} {error.fix}".strip())
    except Exception as error:
        _finish(held, ParityState.UNKNOWN, f"It broke off ({type(error).__name__}). See the worker's log.")
        raise
    log.info("parity_finished", parity=held.public_id, state=held.state)
    return held


def run_waiting() -> int:
    """Do what nobody came for: the broker was away, or a worker was lost. Returns how many were begun."""
    now = timezone.now()
    Parity.objects.filter(
        state=ParityState.RUNNING, attempts__gte=MOST_ATTEMPTS, heartbeat_at__lt=now - LOST_AFTER
    ).update(
        state=ParityState.UNKNOWN, finished_at=now, reason="Its worker was lost three times. See the worker's log."
    )
    waiting = Q(state=ParityState.QUEUED, created_at__lt=now - UNASKED_AFTER) | _lost(now)
    numbers = list(Parity.objects.filter(waiting).order_by("pk").values_list("pk", flat=True)[:10])
    return sum(run_parity(number) is not None for number in numbers)


def _lost(now: datetime) -> Q:
    return Q(state=ParityState.RUNNING, heartbeat_at__lt=now - LOST_AFTER)


def _claimed(number: int) -> Parity | None:
    now = timezone.now()
    free = Parity.objects.filter(Q(state=ParityState.QUEUED) | _lost(now), pk=number)
    claimed = free.update(
        state=ParityState.RUNNING, started_at=now, heartbeat_at=now, attempts=F("attempts") + 1, done=0
    )
    views = Parity.objects.select_related(
        *(f"{side}__{of}" for side in ("old", "new") for of in ("project", "connection", "source__batch_source"))
    )
    return views.get(pk=number) if claimed else None


@dataclass(frozen=True, slots=True)
class _Side:
    """A view as its store is asked for it."""

    view: FeatureView
    reader: KeyPicker
    target: ViewTarget


def _compare(held: Parity) -> None:
    mapping, left_out = pairs_of(held)
    old, new = _side(held.old, list(mapping)), _side(held.new, list(mapping.values()))
    _step(held)
    of_old, of_new = _picked(held, old), _picked(held, new)
    at = _moment([of_old, of_new])
    keys = together(of_old, of_new, held.sample)
    rows = _read(held, old, keys, at), _read(held, new, keys, at)
    found = parity(keys, *rows, mapping, held.tolerance, hashed)
    held.at, held.left_out = at, left_out
    held.query = "\n\n".join(f"-- {side.view.key}\n{sample.query}" for side, sample in ((old, of_old), (new, of_new)))
    _keep(held, mapping, found)


def _picked(held: Parity, side: _Side) -> KeySample:
    found = side.reader.pick_keys(side.target, held.sample, held.pk)
    _step(held)
    return found


def _read(held: Parity, side: _Side, keys: Sequence[Key], at: datetime) -> Rows:
    found = side.reader.rows_at(side.target, [(key, at) for key in keys])
    _step(held)
    return found


def _side(view: FeatureView, names: Sequence[str]) -> _Side:
    """Raises ConnectorError where Charter cannot read the view's table."""
    source = view.source.batch_source or view.source if view.source else None
    if view.connection is None or source is None:
        raise ConnectorError(f"{view.key} has no table that Charter knows.", fix="Connect its store.")
    if source.kind not in stores.measurable_kinds(view.connection):
        raise ConnectorError(
            f"{view.key} lies in a source of kind {source.kind}, which this connection's offline store cannot read.",
            fix="Set the offline address of the connection to where the table is.",
        )
    reader = stores.offline_reader(view.connection)
    if not isinstance(reader, KeyPicker):
        raise ConnectorError(
            f"The store of {view.key} cannot be asked for single entities.", fix="Use files or PostgreSQL."
        )
    features = [one for one in features_of(view).values() if one.name in names]
    asked, keys = target(view, features, "source"), keys_of(view)
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return _Side(view, reader, replace(asked, join_keys=tuple(asked.join_keys[at] for at in order)))


def _step(held: Parity) -> None:
    held.done = min(held.done + 1, STEPS)
    Parity.objects.filter(pk=held.pk).update(done=held.done, heartbeat_at=timezone.now())


def _moment(samples: Sequence[KeySample]) -> datetime:
    """The latest moment that both know."""
    known = [one.newest_at for one in samples if one.newest_at is not None]
    if len(known) < len(samples):
        raise ConnectorError("One of the two views holds no rows.", fix="Fill it, and compare again.")
    return min(known)


def _keep(held: Parity, mapping: dict[str, str], found: Found) -> None:
    held.sampled, held.only_old, held.only_new = found.sampled, found.only_old, found.only_new
    held.equal, held.nulls_agreeing, held.examples = found.equal, found.nulls_agreeing, found.examples
    lines = [
        ParityFeature(
            parity=held, old=name, new=mapping[name], compared=tally.compared, differing=tally.differing,
            absent_old=tally.absent_offline, absent_new=tally.absent_online, examples=tally.examples,
        )
        for name, tally in found.features.items()
    ]  # fmt: skip
    with transaction.atomic():
        held.features.all().delete()
        ParityFeature.objects.bulk_create(lines)
        _finish(held, *judged(found, held.pass_mark))


def judged(found: Found, mark: float) -> tuple[ParityState, str]:
    """Passed where coverage, equal entities and agreeing nulls all reach the mark; else unknown, or failed."""
    if not found.sampled:
        return ParityState.UNKNOWN, "No entity of the sample has rows in either view at that moment."
    uncompared = [name for name, tally in found.features.items() if found.in_both and not tally.compared]
    said = (
        f"{count(found.equal)} of {count(found.in_both)} entities are the same; both views have "
        f"{count(found.in_both)} of {count(found.sampled)} entities"
    )
    if found.nulls_agreeing is not None:
        said = f"{said}; {percent(found.nulls_agreeing)} of nulls agree"
    if any(share is not None and share < mark for share in found.shares):
        return ParityState.FAILED, f"{said}; {percent(mark)} is asked for."
    if uncompared:
        return ParityState.UNKNOWN, f"{said}. {', '.join(uncompared)[:200]} could not be compared."
    return ParityState.PASSED, f"{said}; {percent(mark)} is asked for."


def _finish(held: Parity, state: ParityState, reason: str) -> None:
    held.state, held.reason, held.finished_at = state, reason[:500], timezone.now()
    held.save()
