"""Up to four features or versions side by side, and in what their contracts differ."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Prefetch

from common.quantities import duration, percent
from registry import contracts
from registry.choices import Health
from registry.models import Feature, User, Version
from registry.references import split_number, storable

MOST = 4


@dataclass(frozen=True, slots=True)
class Choice:
    """One column: a feature at one version. `asked` is what the address said."""

    asked: str
    feature: Feature
    version: Version


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a fact of each column."""

    label: str
    cells: list[str]

    @property
    def differs(self) -> bool:
        return len(set(self.cells)) > 1


def choices(asked: Iterable[str], actor: User) -> tuple[list[Choice], list[str]]:
    """The features found, in the order asked for, and the references that name nothing this person sees."""
    wanted = list(dict.fromkeys(storable(text).strip() for text in asked if text.strip()))
    names = {text: split_number(text) for text in wanted}
    features = {
        feature.key: feature
        for feature in Feature.objects.visible_to(actor)
        .filter(key__in={name for name, _ in names.values()} | set(wanted))
        .select_related("project", "owner", "view__project", "view__owner")
        .prefetch_related("view__entities", Prefetch("versions", Version.objects.visible_to(actor)))
        .defer("search", "keywords", "context", "view__digest")
    }
    found = [choice for text in wanted if (choice := _choice(text, names[text], features))]
    known = {choice.asked for choice in found}
    return found[:MOST], [text for text in wanted if text not in known]


def _choice(text: str, named: tuple[str, int | None], features: dict[str, Feature]) -> Choice | None:
    """A key may itself end in @2, so the whole text is tried first."""
    feature, number = (features[text], None) if text in features else (features.get(named[0]), named[1])
    if feature is None:
        return None
    wanted = feature.number if number is None else number
    version = next((one for one in feature.versions.all() if one.number == wanted), None)
    return Choice(text, feature, version) if version else None


def rows(found: list[Choice]) -> list[Row]:
    """Facts of the view, then every line of the contract. Lines that apply to none are left out."""
    columns = [_facts(choice) | _contract(choice) for choice in found]
    if not columns:
        return []
    lines = [Row(label, [column[label] for column in columns]) for label in columns[0]]
    return [line for line in lines if any(line.cells)]


def _contract(choice: Choice) -> dict[str, str]:
    return contracts.describe(choice.version, hide_values=contracts.is_personal(choice.feature, choice.version))


def _facts(choice: Choice) -> dict[str, str]:
    feature, view = choice.feature, choice.feature.view
    return {
        "Description": feature.description or "none",
        "Owner": str(feature.owner or "nobody"),
        "Entity": ", ".join(entity.name for entity in view.entities.all()) or "none",
        "Health": Health(feature.health).label,
        "Null rate": percent(feature.null_rate) if feature.null_rate is not None else "not measured",
        "Freshness limit": _span(view.freshness_limit, "none"),
        "Schedule": _span(view.schedule_every, "unknown"),
        "Time to live": _span(view.ttl, "no end stated"),
        "Served online": "yes" if feature.is_online else "no",
        "Models that read it": str(feature.models_count),
    }


def _span(span: timedelta | None, absent: str) -> str:
    return duration(span) if span else absent
