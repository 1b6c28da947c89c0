"""Asking for an old view to be compared with a new one. A worker does it: see `monitoring.actions.running_parity`."""

from django.db import IntegrityError, transaction

from common.quantities import percent
from monitoring import notifications
from monitoring.models import Parity
from registry.actions.action import Note, action, invalid
from registry.choices import ViewKind
from registry.models import Feature, FeatureView, User

FEWEST, USUAL, MOST = 20, 500, 5_000  # entities
USUAL_MARK, LEAST_MARK = 0.995, 0.5
USUAL_TOLERANCE, LARGEST_TOLERANCE = 1e-6, 0.1


@action("monitoring.start_parity")
def start_parity(parity: Parity, note: Note, *, actor: User | None, reason: str = "") -> Parity:
    """Queue the comparison that `parity`, not saved yet, describes. Asking again while one of the same views is not
    finished gives that one.
    """
    _check_views(parity.old, parity.new)
    _check_numbers(parity)
    mapping, _ = pairs_of(parity)
    if not mapping:
        raise invalid(mapping="The views have no feature in common that may be compared. Say which is which: old=new.")
    held = Parity.objects.unfinished().filter(old=parity.old, new=parity.new).first()
    if held is None:
        held = _saved(parity, actor)
    note.subject = held
    note.changes["compared"] = [parity.old.key, parity.new.key]
    return held


def _saved(parity: Parity, actor: User | None) -> Parity:
    parity.requested_by = actor
    try:
        with transaction.atomic():
            parity.save(force_insert=True)
    except IntegrityError:  # one_unfinished_parity: somebody asked at the same moment
        return Parity.objects.unfinished().get(old=parity.old, new=parity.new)
    notifications.run_parity(parity.pk)
    return parity


def _check_views(old: FeatureView, new: FeatureView) -> None:
    if old.pk == new.pk:
        raise invalid(new="Choose another view than the old one.")
    for field, view in (("old", old), ("new", new)):
        if view.kind == ViewKind.ON_DEMAND:
            raise invalid(**{field: f"{view.key} is computed when it is asked for, so there is nothing to read."})
    mine, theirs = keys_of(old), keys_of(new)
    if not mine or not theirs:
        raise invalid(new="Both views need entity keys.")
    if set(mine) != set(theirs) and not (len(mine) == len(theirs) == 1 and _entities(old) == _entities(new)):
        raise invalid(new=f"{old.key} is kept by {', '.join(mine)}, {new.key} by {', '.join(theirs)}.")


def keys_of(view: FeatureView) -> list[str]:
    return [key for entity in view.entities.all() for key in entity.join_keys]


def _entities(view: FeatureView) -> list[str]:
    return [entity.name for entity in view.entities.all()]


def _check_numbers(parity: Parity) -> None:
    if not LEAST_MARK <= parity.pass_mark <= 1:
        raise invalid(pass_mark=f"Choose {percent(LEAST_MARK)} to 100 %.")
    if not 0 <= parity.tolerance <= LARGEST_TOLERANCE:
        raise invalid(tolerance=f"Choose 0 to {LARGEST_TOLERANCE}.")
    if not FEWEST <= parity.sample <= MOST:
        raise invalid(sample=f"Choose {FEWEST} to {MOST:,} entities.")


def pairs_of(parity: Parity) -> tuple[dict[str, str], list[str]]:
    """(features that are compared, {old: new}; why others are not). Raises ValidationError for unknown names."""
    old, new = features_of(parity.old), features_of(parity.new)
    for mine, theirs in parity.mapping.items():
        if mine not in old:
            raise invalid(mapping=f"{parity.old.key} has no feature {mine}.")
        if theirs not in new:
            raise invalid(mapping=f"{parity.new.key} has no feature {theirs}.")
    wanted = parity.mapping or {name: name for name in old if name in new}
    personal = {mine for mine, theirs in wanted.items() if old[mine].is_personal or new[theirs].is_personal}
    left_out = [f"{one}: personal data is not compared" for one in sorted(personal)]
    left_out += [f"{one}: nothing in the new view is held against it" for one in sorted(old.keys() - wanted.keys())]
    return {mine: theirs for mine, theirs in wanted.items() if mine not in personal}, left_out


def features_of(view: FeatureView) -> dict[str, Feature]:
    return {one.name: one for one in Feature.objects.present().filter(view=view).select_related("view")}
