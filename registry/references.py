"""How features are written down: our keys, and Feast's references, both ways.

    project.view.feature[@2]                                ours; exactly that version
    view:feature   view@v2:feature   view__feature          Feast's; v2 means the newest version up to 2

Names from stores may hold any character. A reference is therefore never trusted to split one way only: a parser gives
every reading, and the registry knows which of them exists.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import F, Q
from django.db.models.functions import Lower

from registry.models import Actor, Feature, Version

_NUMBERED = re.compile(r"(.+)@v?(\d{1,9})\Z", re.DOTALL)
_FEAST = re.compile(r"(?P<view>[^:]+?)(?:@(?:v(?P<number>\d{1,9})|latest))?:(?P<feature>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reference:
    """A feature as somebody wrote it. Feast does not say the project; without a number it is the current version."""

    view: str
    feature: str
    project: str = ""
    number: int | None = None
    is_feast: bool = False

    @property
    def key(self) -> str:
        """`project.view.feature`, or `view.feature` where the project was not said."""
        return ".".join(filter(None, (self.project, self.view, self.feature)))


def parse_key(text: str) -> Reference | None:
    """`project.view.feature[@2]`. Dots after the second belong to the feature's name."""
    name, number = split_number(text.strip())
    parts = name.split(".", 2)
    if len(parts) < 3 or not all(parts):
        return None
    return Reference(project=parts[0], view=parts[1], feature=parts[2], number=number)


def parse_feast(text: str) -> list[Reference]:
    """Every reading of a Feast reference: `view:feature` has one, `view__feature` one for each double underscore."""
    text = text.strip()
    if found := _FEAST.fullmatch(text):
        number = int(found["number"]) if found["number"] else None
        return [Reference(found["view"], found["feature"], number=number, is_feast=True)]
    return [Reference(text[:at], text[at + 2 :], is_feast=True) for at in _double_underscores(text)]


def _double_underscores(text: str) -> Iterator[int]:
    """Where `__` stands between two names; a name may itself begin or end with an underscore."""
    return (at for at in range(1, len(text) - 2) if text[at : at + 2] == "__")


def split_number(text: str) -> tuple[str, int | None]:
    """`name@2` or `name@v2` as the name and the number; None without one."""
    found = _NUMBERED.fullmatch(text)
    return (found[1], int(found[2])) if found else (text, None)


def format_key(project: str, view: str, feature: str, number: int | None = None) -> str:
    return f"{project}.{view}.{feature}" + (f"@{number}" if number is not None else "")


def format_feast(view: str, feature: str, number: int | None = None) -> str:
    """What Feast calls it: `view:feature`, or `view@v2:feature` for one version."""
    return f"{view}@v{number}:{feature}" if number is not None else f"{view}:{feature}"


@dataclass(frozen=True, slots=True)
class Found:
    """A feature that a reference names, and which version: None when it has no version that old."""

    feature: Feature
    number: int | None


def find_features(actor: Actor, text: str, *, limit: int = 10) -> list[Found]:
    """Features the actor sees that `text` names. More than one when a Feast reference leaves the project open."""
    text = storable(text).strip()
    name, number = split_number(text)
    seen = Feature.objects.visible_to(actor).select_related("project", "view")
    if keyed := list(seen.filter(key__in={text, name}).order_by("-key")[:limit]):
        return [_by_key(feature, text, number) for feature in keyed]
    readings = parse_feast(text)
    if not readings:
        return []
    # The index is on lower case: without it, a name is looked for in every view that is called so.
    lowered = {reading.feature.lower() for reading in readings}
    named = [Q(view__name=reading.view, name=reading.feature) for reading in readings]
    found = seen.alias(lowered=Lower("name")).filter(Q(*named, _connector=Q.OR), lowered__in=lowered)
    ordered = found.order_by(F("gone_at").asc(nulls_first=True), "key")
    return [_by_feast(feature, readings[0].number) for feature in ordered[:limit]]


def _by_key(feature: Feature, text: str, number: int | None) -> Found:
    if number is None or feature.key == text:
        return Found(feature, feature.number)
    return Found(feature, number_exactly(feature, number))


def _by_feast(feature: Feature, number: int | None) -> Found:
    return Found(feature, feature.number if number is None else number_up_to(feature, number))


def public_number(text: str, kind: str) -> int | None:
    """`PL-12` is 12 of the kind PL; None for what is no such name."""
    said, _, number = text.partition("-")
    is_one = said == kind and number.isdecimal() and number.isascii() and len(number) <= 15
    return int(number) if is_one else None


def storable(text: str) -> str:
    """Without what PostgreSQL cannot hold and nobody types: NUL and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


def number_up_to(feature: Feature, wanted: int) -> int | None:
    """Feast's rule: the newest version whose number is not above `wanted`."""
    numbers = Version.objects.filter(feature=feature, number__lte=wanted).order_by("-number")
    return numbers.values_list("number", flat=True).first()


def number_exactly(feature: Feature, wanted: int) -> int | None:
    return wanted if Version.objects.filter(feature=feature, number=wanted).exists() else None
