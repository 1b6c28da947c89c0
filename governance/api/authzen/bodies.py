"""From a body to what is asked. What is missing or of another type is named by its JSON pointer; what nobody knows is
ignored, as the specification wants. Written by hand: a hundred questions at once are too many for serializers."""

from collections.abc import Mapping
from typing import Any, NoReturn
from uuid import UUID

from common.problems import Problem
from governance.authorization.asked import MOST_AT_ONCE, Asked, Resource, Subject
from governance.authorization.deciding import Semantic

LONGEST = 1_000  # characters of any text
_ENTITIES = ("subject", "action", "resource", "context")


class WrongBody(Problem):
    """AuthZEN answers 400 where the house's own API answers 422."""

    default_code = "invalid_body"
    title = "The body is not what this address takes"
    fix_message = "Correct what errors names. The page shows bodies that work."

    def __init__(self, pointer: str, detail: str, code: str = "invalid") -> None:
        where = f"{pointer} {detail}" if pointer else f"The body {detail}"
        problem = {"pointer": pointer, "code": code, "detail": f"It {detail}"}
        super().__init__(where, errors=[problem], url="/docs/authorization/")


def fail(pointer: str, detail: str, code: str = "invalid") -> NoReturn:
    raise WrongBody(pointer, detail, code)


def whole(body: Any) -> dict[str, Any]:
    """The body itself, which is an object."""
    if not isinstance(body, dict):
        fail("", "is a JSON object.")
    return body


def part(of: Mapping[str, Any], name: str, at: str = "") -> dict[str, Any]:
    """An object that has to be there."""
    if of.get(name) is None:
        fail(f"{at}/{name}", "is missing.", "required")
    return optional(of, name, at)


def optional(of: Mapping[str, Any], name: str, at: str = "") -> dict[str, Any]:
    value = of.get(name)
    if value is not None and not isinstance(value, dict):
        fail(f"{at}/{name}", "is an object.")
    return value or {}


def text(of: Mapping[str, Any], name: str, at: str, *, is_needed: bool = True) -> str:
    value = of.get(name)
    if value is None and not is_needed:
        return ""
    if value is None or value == "" and is_needed:
        fail(f"{at}/{name}", "is missing.", "required")
    if not isinstance(value, str):
        fail(f"{at}/{name}", "is a text.")
    if len(value) > LONGEST:
        fail(f"{at}/{name}", f"has at most {LONGEST:,} characters.", "too_long")
    return value


def flag(of: Mapping[str, Any], name: str, at: str) -> bool:
    value = of.get(name, False)
    if not isinstance(value, bool):
        fail(f"{at}/{name}", "is true or false.")
    return value


def uuid(of: Mapping[str, Any], name: str, at: str) -> UUID:
    said = text(of, name, at)
    try:
        return UUID(said)
    except ValueError:
        fail(f"{at}/{name}", "is no id of an evaluation.")


def subject(of: Mapping[str, Any], at: str = "", *, is_searched: bool = False) -> Subject:
    said = part(of, "subject", at)
    properties = optional(said, "properties", f"{at}/subject")
    project = properties.get("project")
    if project is not None:
        project = text(properties, "project", f"{at}/subject/properties", is_needed=False)
    number = "" if is_searched else text(said, "id", f"{at}/subject")
    return Subject(text(said, "type", f"{at}/subject"), number, project)


def resource(of: Mapping[str, Any], at: str = "", *, is_searched: bool = False) -> Resource:
    """`properties.version` says the version as `@2` in the id does. Where both are there, the id counts."""
    said = part(of, "resource", at)
    properties = optional(said, "properties", f"{at}/resource")
    kind = text(said, "type", f"{at}/resource")
    name = "" if is_searched else text(said, "id", f"{at}/resource")
    version = properties.get("version")
    if isinstance(version, int) and not isinstance(version, bool) and 0 < version < 1_000_000_000 and "@" not in name:
        name = f"{name}@{version}"
    return Resource(kind, name)


def action(of: Mapping[str, Any], at: str = "") -> str:
    said = part(of, "action", at)
    optional(said, "properties", f"{at}/action")
    return text(said, "name", f"{at}/action")


def context(of: Mapping[str, Any], at: str = "") -> dict[str, str]:
    """What of the context counts here. The rest may be whatever it is."""
    said = optional(of, "context", at)
    approval = said.get("approval")
    return {
        "purpose": text(said, "purpose", f"{at}/context", is_needed=False),
        "environment": text(said, "environment", f"{at}/context", is_needed=False),
        "approval": str(approval.get("id", ""))[:LONGEST] if isinstance(approval, dict) else "",
    }


def question(of: Mapping[str, Any], at: str = "") -> Asked:
    """One evaluation."""
    return Asked(subject(of, at), action(of, at), resource(of, at), **context(of, at))


def evaluations(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The evaluations of a body, each with what the body says for all of them; none for a body that is one itself."""
    said = body.get("evaluations")
    if said is None or said == []:
        return []
    if not isinstance(said, list):
        fail("/evaluations", "is a list.")
    if len(said) > MOST_AT_ONCE:
        fail("/evaluations", f"has {len(said):,} entries. Ask at most {MOST_AT_ONCE} at once.", "too_many")
    if wrong := [index for index, one in enumerate(said) if not isinstance(one, dict)]:
        fail(f"/evaluations/{wrong[0]}", "is an object.")
    usual = {name: body[name] for name in _ENTITIES if name in body}
    return [usual | one for one in said]


def semantic(body: Mapping[str, Any]) -> Semantic:
    said = optional(body, "options").get("evaluations_semantic", Semantic.EXECUTE_ALL.value)
    if said not in Semantic.values:
        fail("/options/evaluations_semantic", f"is one of {', '.join(Semantic.values)}.")
    return Semantic(said)
