"""Which facets hold: neither deleted, nor left out by a newer event that states the whole."""

from typing import Any

from lineage.folding.rules import Held, stamp


def standing(facets: dict[str, Held], picture: Held | None) -> dict[str, dict[str, Any]]:
    return {name: held["body"] for name, held in facets.items() if stands(held, picture)}


def stands(held: Held, picture: Held | None) -> bool:
    if held["body"].get("_deleted") is True:
        return False
    return not held["whole"] or picture is None or stamp(held) >= stamp(picture)
