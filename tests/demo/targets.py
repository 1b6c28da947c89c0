"""From what a registry says of a view to what a reader needs to know of it, as a pull does it with its models."""

from connectors.records import Column, Definitions, ViewRecord, ViewTarget

PERSONAL = {"full_name", "email", "mobile_phone"}


def view_named(found: Definitions, name: str) -> ViewRecord:
    return next(view for view in found.views if view.name == name)


def target(found: Definitions, name: str) -> ViewTarget:
    """Where a view's values are, put together from what the registry says."""
    view = view_named(found, name)
    source = next(each for each in found.sources if (each.project, each.name) == (view.project, view.source))
    column_of = {feature: column for column, feature in source.field_mapping.items()}
    columns = [
        Column(feature.name, column_of.get(feature.name, feature.name), feature.dtype, feature.name in PERSONAL)
        for feature in view.features
    ]
    return ViewTarget(
        project=view.project,
        view=view.name,
        version=view.version,
        join_keys=view.join_keys,
        columns=tuple(columns),
        source_kind=source.kind,
        location=source.location,
        query=source.query,
        timestamp_column=source.timestamp_field,
    )
