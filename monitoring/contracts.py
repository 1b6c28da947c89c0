"""Holding what a store has against the contract of a feature. Pure rules: a version and a profile in, a state out."""

from common.quantities import count, figure
from connectors.records import Profile, StoreType, Within
from registry.choices import Health
from registry.models import Version

# What a store may keep a type as. Whole numbers with nulls in them become floats in pandas, so both are fine.
_NUMBERS = frozenset({"integer", "number"})
_MOMENTS = frozenset({"moment", "integer"})
_KINDS: dict[str, frozenset[str]] = {
    **dict.fromkeys(("int32", "int64", "float32", "float64"), _NUMBERS),
    **dict.fromkeys(("unix_timestamp", "zoned_timestamp"), _MOMENTS),
    **dict.fromkeys(("string", "uuid"), frozenset({"text"})),
    "decimal": frozenset({"number", "text"}),
    "bool": frozenset({"boolean"}),
}
_WHOLE = ("int32", "int64")


def within(version: Version) -> Within | None:
    """What a store is asked to count against; None where the contract leaves every value open."""
    allowed = version.allowed_values or []
    known = [one for one in allowed if isinstance(one, str | int | float) and not isinstance(one, bool)]
    if len(known) != len(allowed) or not (allowed or version.minimum is not None or version.maximum is not None):
        return None
    return Within(version.minimum, version.maximum, tuple(known))


def schema(version: Version, stored: StoreType | None, profile: Profile) -> tuple[Health, str]:
    """Whether the source holds what the contract says: the column, its type, its nulls, its dimension."""
    if stored is None:
        return Health.BREACHED, profile.error or "The source does not have its column."
    wanted = _wanted(version.dtype)
    if wanted and stored.kind not in wanted:
        return Health.BREACHED, f"The contract says {version.dtype}; the source holds {stored.name}."
    if version.dtype in _WHOLE and stored.kind == "number" and _has_fractions(profile):
        return Health.BREACHED, f"The contract says {version.dtype}; the source holds fractions."
    if version.is_nullable is False and profile.nulls:
        return Health.BREACHED, f"The contract allows no nulls; {count(profile.nulls)} rows have none."
    lengths = (profile.length_minimum, profile.length_maximum)
    if version.vector_dimension and lengths[0] is not None and lengths != (version.vector_dimension,) * 2:
        found = f"{lengths[0]}" if lengths[0] == lengths[1] else f"{lengths[0]} to {lengths[1]}"
        return Health.BREACHED, f"The contract says {version.vector_dimension} dimensions; vectors have {found}."
    return Health.OK, f"As the contract says: {version.dtype or stored.name}."


def _wanted(dtype: str) -> frozenset[str] | None:
    return frozenset({"list"}) if dtype.startswith(("array<", "set<")) else _KINDS.get(dtype)


def _has_fractions(profile: Profile) -> bool:
    """As far as bounds show it."""
    return any(bound is not None and bound != int(bound) for bound in (profile.minimum, profile.maximum))


def ranges(version: Version, profile: Profile) -> tuple[Health, str]:
    """How many values lie outside of what the contract allows."""
    if profile.outside is None:
        return Health.UNKNOWN, "Its values were not held against its range."
    filled = profile.rows - profile.nulls
    if not profile.outside:
        return Health.OK, f"All {count(filled)} values are {_allowed(version)}."
    return Health.BREACHED, f"{count(profile.outside)} of {count(filled)} values are not {_allowed(version)}."


def _allowed(version: Version) -> str:
    if version.allowed_values:
        return f"among the {len(version.allowed_values)} allowed ones"
    if version.minimum is None:
        return f"at most {figure(version.maximum)}"
    return f"at least {figure(version.minimum)}" if version.maximum is None else _between(version)


def _between(version: Version) -> str:
    return f"between {figure(version.minimum)} and {figure(version.maximum)}"
