"""What a dbt project declares: models and snapshots as JobEvents, sources and seeds as DatasetEvents."""

from collections.abc import Iterator

from connectors.dbt.datasets import dataset_facets, owners, together
from connectors.dbt.project import BUILT, Node, Project
from connectors.openlineage import facets
from connectors.openlineage.events import Event, Name, Producer
from connectors.openlineage.facets import Facets
from connectors.openlineage.moments import same_iso
from connectors.shapes import part, parts, text

PRODUCER = Producer("urn:charter:connectors:dbt")
SECONDS = {"minute": 60, "hour": 3600, "day": 86400}


def declared_events(project: Project, freshness: Node, at: str) -> Iterator[tuple[str, Event]]:
    """Each with the unique id of the model that it is about, if it is. `freshness` is sources.json: what `dbt source
    freshness` found."""
    said = _facets_by_name(project, freshness)
    for unique_id, node in project.tables_of_it():
        if unique_id.startswith(BUILT):
            yield unique_id, _job(project, unique_id, node, said.pop(project.dataset(node), {}), at)
    for dataset, facets_of_it in said.items():
        yield "", PRODUCER.dataset(at, dataset, facets_of_it)


def _facets_by_name(project: Project, freshness: Node) -> dict[Name, Facets]:
    """A table may be a seed and a source at once, or a model of one package and a source of another: together they say
    what it is, and what makes the table comes first."""
    checked = {text(result, "unique_id"): result for result in parts(freshness, "results")}
    said: dict[Name, Facets] = {}
    for unique_id, node in project.tables_of_it():
        more = dataset_facets(project, unique_id, node) | _freshness(checked.get(unique_id, {}))
        name = project.dataset(node)
        said[name] = together(said[name], more) if name in said else more
    return said


def _job(project: Project, unique_id: str, node: Node, dataset: Facets, at: str) -> Event:
    said = {
        **facets.job_type("DBT", unique_id.partition(".")[0].upper()),
        **facets.documentation(text(node, "description"), of="Job"),
        **facets.ownership(owners(project, node), of="Job"),
        **facets.dbt_node(node),
    }
    return PRODUCER.job(
        at,
        project.job(unique_id, node),
        said,
        inputs=inputs(project, unique_id),
        outputs=[PRODUCER.output(project.dataset(node), dataset)],
    )


def inputs(project: Project, unique_id: str) -> list[Event]:
    """By name only: each says by itself what it is."""
    parents = (project.node(parent_id) for parent_id in project.parents(unique_id))
    return [PRODUCER.input(project.dataset(parent)) for parent in parents if parent]


def _freshness(result: Node) -> Facets:
    """Nothing when the check itself failed and so found no time."""
    loaded, checked = same_iso(result.get("max_loaded_at")), same_iso(result.get("snapshotted_at"))
    if not (loaded and checked):
        return {}
    limits = part(result, "criteria")
    return facets.last_updated(loaded) | facets.freshness(
        loaded_at=loaded,
        checked_at=checked,
        status=text(result, "status"),
        warn_after=_seconds(part(limits, "warn_after")),
        error_after=_seconds(part(limits, "error_after")),
    )


def _seconds(limit: Node) -> float | None:
    """{"count": 12, "period": "hour"} as 43200."""
    count, unit = limit.get("count"), SECONDS.get(text(limit, "period"))
    return count * unit if isinstance(count, int | float) and unit else None
