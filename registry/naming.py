"""What may be called how. The registry's own rule; what projects add to it comes on top."""

import re

LONGEST = 100
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


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
