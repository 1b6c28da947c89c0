"""How far consumers have moved from what they read to what replaces it: worked out from evidence, stored nowhere."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db.models import Max, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from monitoring.models import Move, Parity, ParityFeature, ParityState
from registry.choices import Evidence, VersionState
from registry.models import Actor, Consumer, ReadDay, Usage, Version

QUIET_AFTER = timedelta(days=30)  # an observed read longer ago says nothing about now
_ENDING = (VersionState.DEPRECATED, VersionState.QUARANTINED, VersionState.RETIRED)


class Stage(StrEnum):
    """Where a move stands."""

    LEGACY = "legacy"
    SHADOW = "shadow"
    SWITCHED = "switched"
    REMOVED = "removed"


STAGES = {
    Stage.LEGACY: "Reads the old one alone",
    Stage.SHADOW: "Reads both",
    Stage.SWITCHED: "No longer reads the old one",
    Stage.REMOVED: "The old one has ended",
}


@dataclass(frozen=True, slots=True)
class Held:
    """What a comparison says of one pair of features: passed, failed or unknown, why, and which one it was."""

    state: str
    why: str
    run: Parity | None = None
    is_possible: bool = True  # whether there is anything to compare


@dataclass(frozen=True, slots=True)
class Row:
    """One move of one consumer. `new` is None where nothing is named, or where the reader may not see it."""

    consumer: Consumer
    old: Version
    new: Version | None
    is_hidden: bool
    is_said: bool  # by a person; else by the deprecation
    reads_old: Sequence[str]
    reads_new: Sequence[str]
    parity: Held

    @property
    def stage(self) -> Stage:
        if self.reads_old:
            return Stage.SHADOW if self.reads_new else Stage.LEGACY
        has_ended = self.old.state == VersionState.RETIRED or self.old.feature.gone_at is not None
        return Stage.REMOVED if has_ended else Stage.SWITCHED

    @property
    def stage_label(self) -> str:
        return STAGES[self.stage]

    @property
    def is_red(self) -> bool:
        """It reads the new one, or will soon, without anybody knowing that it is the same."""
        return self.parity.state == "failed" or (
            self.parity.state == "unknown" and self.stage in (Stage.SHADOW, Stage.SWITCHED)
        )

    @property
    def step(self) -> tuple[str, str, str]:
        """(the one thing to do next, who does it, where). All are empty where nothing is left."""
        team = self.consumer.team.name if self.consumer.team else ""
        if self.stage == Stage.REMOVED:
            return "", "", ""
        if self.new is None:
            answering = self.old.feature.answering_team
            if self.is_hidden:
                return "Ask for access to what replaces it", answering.name if answering else "", ""
            return "Name what replaces it", team, ""
        if self.parity.is_possible and self.parity.state != "passed":
            return self._comparing(self.new)
        if self.stage == Stage.LEGACY:
            return "Read the new one beside the old one", team, self.new.feature.get_absolute_url()
        if self.stage == Stage.SHADOW:
            return "Stop reading the old one", team, self.consumer.get_absolute_url()
        if not self.reads_new:
            return "Say what it reads: neither is known to be", team, self.consumer.get_absolute_url()
        answering = self.old.feature.answering_team
        return "Retire the old one", answering.name if answering else "", self.old.feature.get_absolute_url()

    def _comparing(self, new: Version) -> tuple[str, str, str]:
        answering = new.feature.answering_team
        who = answering.name if answering else ""
        if self.parity.state == "failed" and self.parity.run:
            return "Mend what differs, then compare again", who, self.parity.run.get_absolute_url()
        old, asked = self.old.feature, {"old": self.old.feature.view.key, "new": new.feature.view.key}
        if old.name != new.feature.name:
            asked["mapping"] = f"{old.name}={new.feature.name}"
        return "Compare both views", who, f"{reverse('monitoring:parity-start')}?{urlencode(asked)}"


@dataclass(slots=True)
class _Found:
    """What is known of some consumers, by (consumer, version)."""

    pairs: dict[tuple[int, int], int | None] = field(default_factory=dict)  # to the new version
    said: set[tuple[int, int]] = field(default_factory=set)
    reads: dict[tuple[int, int], list[str]] = field(default_factory=lambda: defaultdict(list))


def moving(actor: Actor) -> Q:
    """Consumers that have anything to move: somebody said so, or they read what ends."""
    ends = Version.objects.visible_to(actor).filter(state__in=_ENDING)
    reads = Usage.objects.filter(feature__versions__in=ends, gone_at__isnull=True).exclude(evidence=Evidence.GRANT)
    moves = Move.objects.filter(old__in=Version.objects.visible_to(actor))
    return Q(pk__in=moves.values("consumer")) | Q(pk__in=reads.values("consumer"))


def boards(consumers: Sequence[Consumer], actor: Actor) -> dict[int, list[Row]]:
    """The moves of each of these consumers, what is red or furthest behind first. Whatever their number, as many
    queries."""
    now = timezone.now()
    found = _found(consumers, now)
    wanted = {version for _, version in found.pairs} | {new for new in found.pairs.values() if new}
    seen = Version.objects.visible_to(actor).filter(pk__in=wanted).defer("definition")
    of = ("feature__view__owner", "feature__view__project__owner", "feature__project__owner", "feature__owner")
    versions = seen.select_related(*of).in_bulk()
    parities = _parities({(versions[old], versions[new]) for (_, old), new in found.pairs.items()
                          if old in versions and new in versions})  # fmt: skip
    by_number = {one.pk: one for one in consumers}
    rows: dict[int, list[Row]] = {one.pk: [] for one in consumers}
    for (consumer, old), new in found.pairs.items():
        if old in versions:
            target = versions.get(new) if new else None
            rows[consumer].append(Row(
                by_number[consumer], versions[old], target, new is not None and target is None,
                (consumer, old) in found.said, found.reads[consumer, old],
                found.reads[consumer, new] if new else [],
                _held(versions[old], target, parities),
            ))  # fmt: skip
    order = list(Stage)
    return {
        pk: sorted(mine, key=lambda row: (not row.is_red, order.index(row.stage), row.old.feature.key))
        for pk, mine in rows.items()
    }


def _found(consumers: Sequence[Consumer], now: datetime) -> _Found:
    found, numbers = _Found(), [one.pk for one in consumers]
    moves = Move.objects.filter(consumer__in=numbers).values_list("consumer_id", "old_id", "new_id")
    for consumer, old, new in moves:
        found.pairs[consumer, old] = new
        found.said.add((consumer, old))
    usages = Usage.objects.filter(consumer__in=numbers).exclude(evidence=Evidence.GRANT)
    rows = list(usages.values_list("consumer_id", "feature_id", "number", "feature__number", "evidence",
                                   "last_seen_at", "gone_at"))  # fmt: skip
    days = _days(numbers, now)
    features = {row[1] for row in rows} | {feature for _, feature, _ in days}
    moved = Q(pk__in={one for (_, old), new in found.pairs.items() for one in (old, new)})
    versions = {
        (feature, number): (pk, state, replacement)
        for pk, feature, number, state, replacement in Version.objects.filter(Q(feature__in=features) | moved)
        .values_list("pk", "feature_id", "number", "state", "replacement_id")
    }  # fmt: skip
    for consumer, feature, number, current, evidence, seen_at, gone_at in rows:
        known = versions.get((feature, current if number is None else number))
        if known is None:
            continue
        pk, state, replacement = known
        is_old = evidence == Evidence.OBSERVED and (seen_at is None or seen_at < now - QUIET_AFTER)
        if gone_at is None and not is_old:
            said = f"observed {seen_at:%Y-%m-%d}" if evidence == Evidence.OBSERVED and seen_at else str(evidence)
            found.reads[consumer, pk].append(said)
        if state in _ENDING and (gone_at is None or replacement):
            found.pairs.setdefault((consumer, pk), replacement)
    for (consumer, feature, number), day in days.items():
        if (known := versions.get((feature, number))) and not any(
            one.startswith("observed") for one in found.reads[consumer, known[0]]
        ):
            found.reads[consumer, known[0]].append(f"observed {day}")
    return found


def _days(consumers: Iterable[int], now: datetime) -> Mapping[tuple[int, int, int], date]:
    rows = ReadDay.objects.filter(consumer__in=consumers, day__gte=(now - QUIET_AFTER).date()).order_by()
    newest = rows.values_list("consumer_id", "feature_id", "number").annotate(newest=Max("day"))
    return {(consumer, feature, number): day for consumer, feature, number, day in newest}


_Parities = Mapping[tuple[int, int], tuple[Parity, Mapping[str, ParityFeature]]]


def _parities(pairs: set[tuple[Version, Version]]) -> _Parities:
    """By (old view, new view), the newest comparison that ended, with its features by their old names."""
    views = {(old.feature.view_id, new.feature.view_id) for old, new in pairs}
    of_views = {"old__in": {old for old, _ in views}, "new__in": {new for _, new in views}}
    ended = Parity.objects.filter(**of_views, finished_at__isnull=False).defer("query").prefetch_related("features")
    newest = ended.order_by("old_id", "new_id", "-pk").distinct("old_id", "new_id")
    return {(one.old_id, one.new_id): (one, {line.old: line for line in one.features.all()}) for one in newest}


def _held(old: Version, new: Version | None, parities: _Parities) -> Held:
    if new is None:
        return Held("unknown", "Nothing is named to compare it with.", is_possible=False)
    if old.feature.view_id == new.feature.view_id:
        return Held("unknown", "Both are versions of one view, which has one table to measure.", is_possible=False)
    if old.feature.is_personal or new.feature.is_personal:
        return Held("unknown", "Personal data is not compared.", is_possible=False)
    run, lines = parities.get((old.feature.view_id, new.feature.view_id), (None, {}))
    if run is None:
        return Held("unknown", "Nobody has compared the two views.")
    line = lines.get(old.feature.name)
    if line is None or line.new != new.feature.name or line.equal_share is None:
        why = run.reason if run.state == ParityState.UNKNOWN else "The last comparison left this feature out."
        return Held("unknown", why, run)
    if run.finished_at and max(old.feature.view.changed_at, new.feature.view.changed_at) > run.finished_at:
        return Held("unknown", "One of the views has changed since they were compared.", run)
    return _judged(run, line)


def _judged(run: Parity, line: ParityFeature) -> Held:
    """This feature by itself: others of the view may differ without harm to who does not read them."""
    same, coverage = line.equal_share or 0.0, run.coverage or 0.0
    if same < run.pass_mark:
        return Held("failed", f"{line.differing:,} of {line.compared:,} entities differ.", run)
    if coverage < run.pass_mark:
        return Held("failed", f"The views share {run.in_both or 0:,} of {run.sampled or 0:,} entities.", run)
    return Held("passed", f"{line.compared - line.differing:,} of {line.compared:,} entities are the same.", run)
