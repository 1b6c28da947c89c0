"""What is looked at before the ends of many versions are announced: which, why not the others, and who is told."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Case, F, Prefetch, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from governance.actions.announcing import ENDABLE, hindrance
from governance.models import Deprecation
from registry.models import Consumer, Team, Usage, User, Version
from registry.outbox.addressing import reachable
from registry.queries.retirement import readers_now
from registry.references import split_number, storable
from registry.search import matching_with_notes

MOST = 100  # in one go
_OWNER = Coalesce("feature__owner", "feature__view__owner", "feature__project__owner")


@dataclass(frozen=True, slots=True)
class Found:
    """Versions of the features that a query finds: at most MOST of `total`. `is_cut` when more than that are
    the actor's own; `notes` say what of the query could not be used."""

    versions: Sequence[Version]
    total: int
    is_cut: bool
    notes: list[str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A version whose end somebody has in mind. `why_not` is empty where they may announce it; `readers` are the
    consumers that they see, of which `untold` cannot be told, and `hidden` is how many they do not see."""

    version: Version
    why_not: str
    readers: list[Consumer]
    untold: list[Consumer]
    hidden: int

    @property
    def teams(self) -> set[Team]:
        """Those who are told."""
        return {one.team for one in self.readers if one.team is not None and one not in self.untold}


def found_versions(actor: User, query: str) -> Found:
    """All versions that could end of the features that a query of the search page finds, and the current one of those
    that have none; those first that the actor's teams answer for."""
    features, notes = matching_with_notes(actor, query)
    rows = _versions(actor).filter(Q(state__in=ENDABLE) | Q(number=F("feature__number")), feature__in=features)
    others_last = Case(When(answering__in=actor.team_ids, then=Value(0)), default=Value(1))
    held = list(rows.alias(answering=_OWNER).order_by(others_last, "feature__key", "number")[: MOST + 1])
    is_cut = len(held) > MOST and held[MOST].owner_id in actor.team_ids
    return Found(held[:MOST], rows.count(), is_cut, notes)


def named_versions(actor: User, references: Iterable[str]) -> dict[str, Version]:
    """By reference, `project.view.feature@number`, the versions that the actor sees."""
    wanted = {text: split_number(storable(text)) for text in references}
    rows = _versions(actor).filter(feature__key__in={key for key, _ in wanted.values()})
    held = {(one.feature.key, one.number): one for one in rows}
    return {text: held[place] for text, place in wanted.items() if place in held}  # type: ignore[index]  # None is none


def _versions(actor: User) -> QuerySet[Version]:
    """With everything that is asked of each."""
    rows = Version.objects.visible_to(actor).select_related(
        "feature__owner", "feature__view__owner", "feature__project__owner"
    )
    announced = Prefetch("deprecations", Deprecation.objects.open(), to_attr="announced")
    return rows.prefetch_related(announced).defer("feature__search", "feature__keywords", "feature__context")


def candidates(versions: Collection[Version], actor: User) -> list[Candidate]:
    """Those versions, whether the actor may end them, and who reads them now. Wants versions as found here."""
    readers = {pk: _consumers(usages) for pk, usages in readers_now(versions).items()}
    everybody = {one for consumers in readers.values() for one in consumers}
    seen = set(Consumer.objects.visible_to(actor).filter(pk__in={one.pk for one in everybody}))
    told = reachable({one.team_id for one in everybody if one.team_id})
    return [_candidate(one, actor, readers[one.pk], seen, told) for one in versions]


def _consumers(usages: Iterable[Usage]) -> list[Consumer]:
    return list(dict.fromkeys(usage.consumer for usage in usages))


def _candidate(
    version: Version, actor: User, readers: list[Consumer], seen: set[Consumer], told: set[int]
) -> Candidate:  # fmt: skip
    shown = [one for one in readers if one in seen]
    untold = [one for one in shown if one.team_id not in told]
    return Candidate(version, _why_not(version, actor), shown, untold, len(readers) - len(shown))


def _why_not(version: Version, actor: User) -> str:
    feature = version.feature
    if not actor.has_perm("governance.announce_deprecation", version):
        owner = feature.answering_team
        return f"{owner} answers for it." if owner else "Nobody answers for it. Give it an owner first."
    held: list[Deprecation] = version.announced  # type: ignore[attr-defined]  # prefetched
    return hindrance(version, held[0] if held else None)
