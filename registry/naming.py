"""What may be called how. The registry's own rule; what projects add to it comes on top."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from django.conf import settings
from django.utils.module_loading import import_string

from registry.models import Project

LONGEST = 100
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


@dataclass(frozen=True, slots=True)
class NameFault:
    """What a rule says against a name. `code` names the rule; advice is said and refuses nothing."""

    code: str
    said: str
    is_advice: bool = False


# (kind, name, key) → what is against it. A kind is feature, view or entity.
Rules: TypeAlias = Callable[[str, str, str], Iterator[NameFault]]


class Names:
    """What may be called how in one project: the registry's own rule, and what higher apps add. CHARTER_NAME_RULES
    names what makes their rules of a project; they are read once, however many names are looked at."""

    def __init__(self, project: Project) -> None:
        self._rules: list[Rules] = [import_string(path)(project) for path in settings.CHARTER_NAME_RULES]

    def faults(self, kind: str, name: str, key: str) -> list[NameFault]:
        if own := name_fault(name):
            return [NameFault("name", own)]
        return [fault for rules in self._rules for fault in rules(kind, name, key)]

    def refusal(self, kind: str, name: str, key: str) -> str:
        """Why nothing may be called so; empty when something may."""
        return " ".join(fault.said for fault in self.faults(kind, name, key) if not fault.is_advice)


def name_fault(name: str) -> str:
    """Why this is no name for a view, feature or entity, and what to write; empty when it is one.

    ASCII alone: letters of other scripts that look the same would make two names for one eye.
    """
    if not name:
        return "Write a name, such as avg_amount_7d."
    if len(name) > LONGEST:
        return f"A name has at most {LONGEST} characters; this one has {len(name)}."
    if not _NAME.match(name):
        return f"Small letters, digits and _, and a letter first{_suggested(name)}."
    if "__" in name or name.endswith("_"):
        return f"One _ at a time, and none at the end{_suggested(name)}."
    return ""


def _suggested(name: str) -> str:
    """The nearest name that would do, where there is one."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    nearest = re.sub(r"[^a-z0-9]+", "_", spaced).strip("_").lstrip("0123456789_")
    return f": {nearest[:LONGEST]}" if nearest else ""
