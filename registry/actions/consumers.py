"""Consumers that people declare: who they are, and what they read."""

from collections.abc import Collection, Sequence

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from registry.actions.action import Note, action, invalid, lock
from registry.actions.definitions.consumers import count_models
from registry.actions.reads import LONGEST_NAME
from registry.choices import ConsumerKind, Evidence, Tier, VersionState
from registry.models import Consumer, Feature, Project, Team, Usage, User, Version

MOST_READS = 2_000


@action("registry.declare_consumer")
def declare_consumer(
    team: Team | None, note: Note, *, actor: User, kind: str, name: str, project: Project | None = None,
    environment: str = "", description: str = "", reason: str = "",
) -> Consumer:  # fmt: skip
    """Say that a model, service, dashboard or job exists, and which team answers for it. One that was seen reading
    before keeps its reads."""
    if kind not in ConsumerKind.values:
        raise invalid(kind=f"Choose from {', '.join(ConsumerKind.values)}.")
    if not 0 < len(name) <= LONGEST_NAME or name != name.strip():
        raise invalid(name=f"1 to {LONGEST_NAME} characters, without spaces around them.")
    if team is None or not (actor.is_admin or team.pk in actor.team_ids):
        raise invalid(team="Say which of your teams answers for it.")
    said = {
        "team": team,
        "environment": environment,
        "description": description.strip(),
        "seen_by": "",
        "gone_at": None,
    }
    seen = Consumer.objects.filter(kind=kind, name=name, project=None, team=None).exclude(seen_by="").first()
    if seen is not None:
        Consumer.objects.filter(pk=seen.pk).update(project=project, **said)
        seen.refresh_from_db()
    note.subject = made = seen or _made(kind, name, project, said)
    note.change("team", None, team.slug)
    return made


def _made(kind: str, name: str, project: Project | None, said: dict[str, object]) -> Consumer:
    try:
        with transaction.atomic():
            return Consumer.objects.create(kind=kind, name=name, project=project, **said)
    except IntegrityError:
        raise invalid(name=f"There is a {kind} called {name} already.") from None


@action("registry.declare_reads")
def declare_reads(
    consumer: Consumer, note: Note, *, actor: User, reads: Sequence[tuple[Feature, int | None]], reason: str = ""
) -> Consumer:
    """Say that it reads exactly these versions; None is the current one, whichever that is. Reads that were reported
    stay: they happened."""
    row: Consumer = lock(consumer)
    if row.connection_id is not None:
        raise invalid(consumer=f"{row.connection} says what it reads. Change it there and pull.")
    if len(reads) > MOST_READS:
        raise invalid(features=f"At most {MOST_READS:,}.")
    wanted = {(feature.pk, number) for feature, number in reads}
    declared = row.usages.filter(evidence=Evidence.DECLARED)
    held = {(feature, number): pk for feature, number, pk in declared.values_list("feature_id", "number", "pk")}
    _refuse_what_ends(reads, wanted - _said_now(declared), reason)
    gone = [pk for read, pk in held.items() if read not in wanted]
    Usage.objects.filter(pk__in=gone, gone_at__isnull=True).update(gone_at=timezone.now())
    Usage.objects.filter(pk__in=[held[read] for read in wanted & held.keys()]).update(gone_at=None)
    Usage.objects.bulk_create(
        Usage(consumer=row, feature_id=feature, number=number, evidence=Evidence.DECLARED)
        for feature, number in wanted - held.keys()
    )
    note.change("reads", len(held) - len(gone), len(wanted))
    count_models({feature for feature, _ in wanted | held.keys()}, before=timezone.now())
    return row


def _said_now(declared: QuerySet[Usage]) -> set[tuple[int, int | None]]:
    return set(declared.filter(gone_at__isnull=True).values_list("feature_id", "number"))


def _refuse_what_ends(
    reads: Sequence[tuple[Feature, int | None]], new: Collection[tuple[int, int | None]], reason: str
) -> None:  # fmt: skip
    """Nobody begins to read what is about to end without saying why."""
    if reason.strip():
        return
    begun = {
        (feature.pk, feature.number if number is None else number): feature
        for feature, number in reads
        if (feature.pk, number) in new
    }
    ends = Version.objects.filter(feature__in=begun.values(), state=VersionState.DEPRECATED).order_by("pk")
    for version in ends.select_related("feature", "replacement__feature"):
        if (version.feature_id, version.number) in begun:
            instead = f"Read {version.replacement} instead, or say" if version.replacement else "Say"
            raise invalid(reason=f"{version} goes away on {version.sunset_on}. {instead} why you begin to read it now.")


@action("registry.declare_reads")
def stop_reading(
    consumer: Consumer, note: Note, *, actor: User, feature: Feature, number: int, reason: str = ""
) -> Consumer:
    """Take back that it reads this version. What its store says, and reads that were reported, stay: they are
    evidence."""
    row: Consumer = lock(consumer)
    said = row.usages.filter(feature=feature, evidence=Evidence.DECLARED, gone_at__isnull=True)
    same = Q(number=number) | Q(number__isnull=True) if number == feature.number else Q(number=number)
    if said.filter(same).update(gone_at=timezone.now()):
        note.change("reads", f"{feature.key}@{number}", None)
        count_models({feature.pk}, before=timezone.now())
    return row


@action("registry.change_consumer")
def change_tier(consumer: Consumer, note: Note, *, actor: User, tier: int | None) -> Consumer:
    """Say how bad it is when what it reads is wrong. For the first tier somebody is woken."""
    if tier is not None and tier not in Tier.values:
        raise invalid(tier=f"Choose from {', '.join(map(str, Tier.values))}.")
    row: Consumer = lock(consumer)
    note.change("tier", row.tier, tier)
    row.tier = tier
    row.save(update_fields=["tier"])
    return row


def note_grant_reads(consumer: Consumer | None, version: Version, *, is_there: bool) -> None:
    """Keep as evidence that a consumer was granted to read a version, or that it no longer is: whoever ends the version
    then tells it. Audited where it is granted."""
    if consumer is None:
        return
    Usage.objects.update_or_create(
        consumer=consumer, feature=version.feature, number=version.number, evidence=Evidence.GRANT,
        defaults={"gone_at": None if is_there else timezone.now()},
    )  # fmt: skip
    count_models({version.feature_id}, before=timezone.now())


@action("registry.end_consumer")
def end_consumer(consumer: Consumer, note: Note, *, actor: User, reason: str = "") -> None:
    """It reads nothing any more. Its page and its history stay."""
    row: Consumer = lock(consumer)
    if row.connection_id is not None:
        raise invalid(consumer=f"{row.connection} declares it. Remove it there and pull.")
    features = set(row.usages.filter(gone_at__isnull=True).values_list("feature_id", flat=True))
    row.usages.filter(gone_at__isnull=True).update(gone_at=timezone.now())
    note.change("gone_at", row.gone_at, timezone.now())
    row.gone_at = timezone.now()
    row.save(update_fields=["gone_at"])
    count_models(features, before=timezone.now())
