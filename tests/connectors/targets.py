"""Short ways to say what is to be measured, and to look at what came back."""

from connectors.records import Column, Profile, ViewReading, ViewTarget


def target(
    location: str = "",
    *features: str,
    moment: str = "",
    keys: tuple[str, ...] = (),
    personal: tuple[str, ...] = (),
    query: str = "",
    dtypes: dict[str, str] | None = None,
) -> ViewTarget:
    """A view whose features are called as their columns are."""
    columns = tuple(Column(name, name, (dtypes or {}).get(name, ""), name in personal) for name in features)
    return ViewTarget("shop", "stats", None, keys, columns, "", location, query, moment)


def profile_of(reading: ViewReading, feature: str) -> Profile:
    return next(profile for profile in reading.profiles if profile.feature == feature)
