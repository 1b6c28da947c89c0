"""Query parameters, declared once: what they are called, what they take, how they are described."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from common.fields import SerializerClass, declared
from common.problems import InvalidParameter
from common.selections import expandable_paths, unknown_choice


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. `type` is an OpenAPI type or a whole schema; with `many` it may be given more than once."""

    name: str
    description: str
    type: Any = OpenApiTypes.STR
    choices: tuple[str, ...] = ()
    many: bool = False
    required: bool = False

    def described(self) -> OpenApiParameter:
        is_list = isinstance(self.type, dict) and self.type.get("type") == "array"
        return OpenApiParameter(
            self.name,
            self.type,
            description=self.description,
            enum=self.choices or None,
            many=self.many,
            required=self.required,
            explode=False if is_list else None,
        )

    def check(self, values: Iterable[str]) -> None:
        """Raise InvalidParameter when a value is none of the choices."""
        for value in values:
            if self.choices and value not in self.choices:
                raise unknown_choice(self.name, value, list(self.choices))


def shape_parameters(serializer: SerializerClass) -> list[Parameter]:
    """`fields` and `expand`, for what this serializer declares."""
    fields = Parameter("fields", "Only these fields; the others are then left out.", _listed(declared(serializer)))
    paths = expandable_paths(serializer)
    return [fields, *([Parameter("expand", "Show these whole.", _listed(paths))] if paths else [])]


def _listed(names: Iterable[str]) -> dict[str, Any]:
    """Names separated by commas."""
    return {"type": "array", "items": {"type": "string", "enum": list(names)}}


def check(given: Mapping[str, Sequence[str]], known: Iterable[Parameter]) -> None:
    """Raise InvalidParameter for a parameter that is not known, or a value that is none of its choices."""
    by_name = {parameter.name: parameter for parameter in known}
    for name, values in given.items():
        if name not in by_name:
            raise unknown_parameter(name, sorted(by_name))
        by_name[name].check(values)
    for parameter in by_name.values():
        if parameter.required and not any(given.get(parameter.name, ())):
            detail = f"Say which {parameter.name}: {', '.join(parameter.choices) or parameter.description}"
            raise InvalidParameter(detail, errors=[{"parameter": parameter.name, "code": "required", "detail": detail}])


def unknown_parameter(name: str, valid: list[str]) -> InvalidParameter:
    """Say which parameters there are."""
    choices = f"The parameters here are: {', '.join(valid)}." if valid else "There are no parameters here."
    detail = f"There is no parameter {name[:80]!r}. {choices}"
    error = {"parameter": name, "code": "unknown_parameter", "detail": detail}
    return InvalidParameter(detail, errors=[error], fix=choices)
