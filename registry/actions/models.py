"""Models that a model registry knows become consumers, and the features that their versions name what they read."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.db import transaction
from django.utils import timezone

from connectors.records import ModelRecord, ModelVersionRecord
from registry.actions.action import history_context
from registry.actions.definitions.consumers import count_models
from registry.actions.definitions.owners import known_owners, team_of
from registry.choices import ConsumerKind, Evidence
from registry.models import Connection, Consumer, Feature, Usage

NAME, ENDED = "registry.take_models", "registry.end_models"
_STAGES = {"production": "production", "staging": "staging"}
_PRODUCTION = {"champion", "production", "prod", "live"}

Read = tuple[int, int | None]  # feature, version


def take_models(connection: Connection, models: Sequence[ModelRecord]) -> list[str]:
    """Take over these models, each with exactly what it reads now. Returns what was named and is not here."""
    if not models:
        return []
    warnings: list[str] = []
    with transaction.atomic(), history_context(None, NAME, connection.slug):
        held = _consumers(connection, models)
        touched: set[int] = set()
        for model in models:
            wanted = _wanted(model, warnings)
            touched |= _set_reads(held[model.name], wanted)
        count_models(touched, before=timezone.now())
    return warnings


def end_models(connection: Connection, names: Collection[str]) -> list[str]:
    """Models that their registry no longer lists have ended: they stay, and read nothing. Returns their names."""
    rows = Consumer.objects.filter(connection=connection, kind=ConsumerKind.MODEL, project=None, gone_at=None)
    gone = [row for row in rows if row.name not in names]
    with transaction.atomic(), history_context(None, ENDED, connection.slug):
        touched: set[int] = set()
        for row in gone:
            row.gone_at = timezone.now()
            row.save(update_fields=["gone_at"])
            touched |= _set_reads(row, set())
        count_models(touched, before=timezone.now())
    return sorted(row.name for row in gone)


def in_use(model: ModelRecord) -> list[ModelVersionRecord]:
    """Versions that somebody serves: staged or with an alias. Where none is, the newest is what there is."""
    served = [one for one in model.versions if one.aliases or one.stage.lower() in _STAGES]
    return served or list(model.versions[-1:])


def _consumers(connection: Connection, models: Iterable[ModelRecord]) -> dict[str, Consumer]:
    """Those that people declared under these names are the same: from now on the model registry tells of them."""
    owners = known_owners()
    rows = Consumer.objects.filter(kind=ConsumerKind.MODEL, project=None, name__in=[model.name for model in models])
    held = {row.name: row for row in rows}
    for model in models:
        row = held.setdefault(model.name, Consumer(kind=ConsumerKind.MODEL, name=model.name[:300]))
        row.connection, row.gone_at = connection, None
        row.description, row.tags, row.upstream_owner = model.description, model.tags, model.owner
        row.environment = _environment(in_use(model)) or row.environment
        if team := team_of(model.owner, owners):
            row.team_id = team
        row.save()
    return held


def _environment(versions: Iterable[ModelVersionRecord]) -> str:
    said = {_STAGES.get(one.stage.lower(), "") for one in versions}
    if any(alias.lower() in _PRODUCTION for one in versions for alias in one.aliases):
        said.add("production")
    return next((name for name in ("production", "staging") if name in said), "")


def _wanted(model: ModelRecord, warnings: list[str]) -> set[Read]:
    wanted: set[Read] = set()
    for version in in_use(model):
        found, missing = _features(version)
        wanted |= found
        warnings += [f"Model {model.name} names {one}, which no project of ours has." for one in missing[:3]]
    return wanted


def _features(version: ModelVersionRecord) -> tuple[set[Read], list[str]]:
    """What a version reads, and the names that mean nothing here: its references, and all that its service holds."""
    found, missing = _referred(version.feature_refs, version.feature_project)
    if version.feature_service:
        service = Consumer.objects.filter(name=version.feature_service, project__isnull=False, gone_at=None)
        if version.feature_project:
            service = service.filter(project__upstream_name=version.feature_project)
        if len(consumers := list(service[:2])) == 1:
            reads = Usage.objects.filter(consumer=consumers[0], evidence=Evidence.DECLARED, gone_at=None)
            found |= set(reads.values_list("feature", "number"))
        elif not version.feature_refs:
            missing.append(f"the service {version.feature_service}")
    return found, missing


def _referred(refs: Collection[str], project: str) -> tuple[set[Read], list[str]]:
    """Feast writes `view:feature`, and `view@v2:feature` where it keeps versions."""
    asked = {ref: _parts(ref) for ref in refs}
    features = Feature.objects.filter(view__name__in={view for view, _, _ in asked.values()}, gone_at=None)
    if project:
        features = features.filter(project__upstream_name=project)
    ids: dict[tuple[str, str], set[int]] = defaultdict(set)
    for pk, view, name in features.values_list("pk", "view__name", "name"):
        ids[view, name].add(pk)
    found, missing = set(), []
    for ref, (view, number, name) in asked.items():
        if len(ids[view, name]) == 1:  # of two projects with one view it could be either
            found.add((next(iter(ids[view, name])), number))
        else:
            missing.append(ref)
    return found, missing


def _parts(ref: str) -> tuple[str, int | None, str]:
    view, _, name = ref.rpartition(":")
    view, _, version = view.partition("@")
    number = version.removeprefix("v")
    return view, int(number) if number.isdecimal() and len(number) < 6 else None, name


def _set_reads(consumer: Consumer, wanted: set[Read]) -> set[int]:
    """Make this what lineage says the consumer reads. Returns the features it touched."""
    rows = Usage.objects.filter(consumer=consumer, evidence=Evidence.LINEAGE)
    held = {(row.feature_id, row.number): row for row in rows}
    left = [row.pk for read, row in held.items() if read not in wanted and row.gone_at is None]
    back = [row.pk for read, row in held.items() if read in wanted and row.gone_at is not None]
    Usage.objects.filter(pk__in=left).update(gone_at=timezone.now())
    Usage.objects.filter(pk__in=back).update(gone_at=None)
    Usage.objects.bulk_create(
        Usage(consumer=consumer, feature_id=feature, number=number, evidence=Evidence.LINEAGE)
        for feature, number in sorted(wanted - held.keys(), key=lambda read: (read[0], read[1] or 0))
    )
    return {feature for feature, _ in wanted ^ held.keys()} | {held_read[0] for held_read in held}
