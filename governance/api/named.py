"""What bodies name: features, purposes, readers, people. Each that is not there is an error at its own place."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError

from common.problems import Detail, Invalid, NotFound
from governance.models import Purpose
from governance.queries.asking import ItemFault
from registry.api.consumers import found_consumer
from registry.models import Consumer, User, Version
from registry.queries.named import versions_named


def found_versions(actor: User, references: Sequence[str]) -> list[Version]:
    """The versions of `features`; a feature without a number is its current one. Raises Invalid, which names each that
    is not there."""
    found = versions_named(references, actor)
    missing = [index for index, one in enumerate(found) if one.version is None]
    if missing:
        raise Invalid(f"{len(missing)} of these features do not exist.", errors=_unknown(references, missing))
    return [_whole(one.feature, one.version) for one in found]


def _whole(feature: Any, version: Any) -> Version:
    version.feature = feature
    return version


def _unknown(references: Sequence[str], missing: Sequence[int]) -> list[Detail]:
    return [
        {
            "pointer": f"/features/{index}",
            "code": "unknown_version",
            "detail": f"There is no {references[index][:200]} that you see.",
        }
        for index in missing
    ]


@contextmanager
def each_at_its_place(versions: Sequence[Version]) -> Iterator[None]:
    """What an action refuses about one of the `versions`, which `features` names in this order, is an error there."""
    try:
        yield
    except ValidationError as refusal:
        by_field = getattr(refusal, "error_dict", {})
        if "items" not in by_field:
            raise
        places = {one.pk: index for index, one in reversed(list(enumerate(versions)))}
        raise Invalid("Some fields are not valid.", errors=list(_placed(by_field, places))) from None


def _placed(by_field: dict[str, list[ValidationError]], places: dict[int, int]) -> Iterator[Detail]:
    for name, faults in by_field.items():
        for one in faults:
            index = places.get(one.version_id) if isinstance(one, ItemFault) else None
            at = "features" if name == "items" else name
            pointer = f"/{at}" if index is None else f"/{at}/{index}"
            yield {"pointer": pointer, "code": one.code or "invalid", "detail": " ".join(one.messages)}


def found_purpose(name: str) -> Purpose:
    """Raises Invalid for a purpose that nobody has registered."""
    purpose = Purpose.objects.filter(name=name).first()
    if purpose is None:
        raise _missing("/purpose", "unknown_purpose", "There is no such purpose. GET /api/v1/purposes lists them.")
    return purpose


def found_reader(actor: User, sent: dict[str, Any]) -> Consumer | None:
    """Takes `consumer` and `project` out of what was sent. None: the person who asks."""
    key, project = sent.pop("consumer", None), sent.pop("project", None)
    if not key:
        return None
    try:
        return found_consumer(actor, key, project)
    except NotFound:
        raise _missing("/consumer", "unknown_consumer", f"There is no {key} that you see.") from None


def found_person(username: str, pointer: str) -> User:
    """Raises Invalid for a name that nobody has."""
    person = User.objects.filter(username=username).first()
    if person is None:
        raise _missing(pointer, "unknown_person", "There is nobody of this name.")
    return person


def _missing(pointer: str, code: str, detail: str) -> Invalid:
    return Invalid(detail, errors=[{"pointer": pointer, "code": code, "detail": detail}])
