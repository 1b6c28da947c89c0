"""What Marquez keeps of jobs and datasets apart from events: JobEvents and DatasetEvents, and the runs it remembers."""

from collections.abc import Iterator

from connectors.openlineage import facets
from connectors.openlineage.events import Event, Name, Producer
from connectors.openlineage.facets import Facets
from connectors.openlineage.moments import now, same_iso
from connectors.shapes import Json, items, members, parts, text

PRODUCER = Producer("urn:charter:connectors:marquez")
ENDED = {"COMPLETED": "COMPLETE", "FAILED": "FAIL", "ABORTED": "ABORT"}


def job_event(job: Json) -> Event:
    """The job as its newest version is. Its facets stay what they were when they came to Marquez."""
    said = members(job, "facets") | facets.documentation(text(job, "description"), of="Job")
    return PRODUCER.job(
        _updated(job),
        _name(job),
        said,
        inputs=[PRODUCER.input(_name(each)) for each in parts(job, "inputs")],
        outputs=[PRODUCER.output(_name(each)) for each in parts(job, "outputs")],
    )


def run_events(job: Json) -> Iterator[Event]:
    """Of the newest runs, which Marquez tells with each job."""
    for run in parts(job, "latestRuns"):
        said = facets.nominal_time(same_iso(run.get("nominalStartTime")), same_iso(run.get("nominalEndTime")))
        began, ended = same_iso(run.get("startedAt")), same_iso(run.get("endedAt"))
        kind = ENDED.get(text(run, "state"))
        if began:
            yield PRODUCER.run(began, "START", text(run, "id"), _name(job), said)
        if kind and ended:
            yield PRODUCER.run(ended, kind, text(run, "id"), _name(job), said)


def dataset_event(dataset: Json) -> Event:
    """The dataset with the columns, tags and words that people or jobs gave it."""
    said = members(dataset, "facets") | _columns(dataset) | _tags(dataset)
    said |= facets.documentation(text(dataset, "description"), of="Dataset")
    return PRODUCER.dataset(_updated(dataset), _name(dataset), said)


def has_run(job: Json) -> bool:
    return bool(job.get("latestRun") or job.get("latestRuns"))


def _columns(dataset: Json) -> Facets:
    return facets.schema(
        [
            {"name": text(field, "name"), "type": text(field, "type") or None,
             "description": text(field, "description") or None}
            for field in parts(dataset, "fields")
        ]
    )  # fmt: skip


def _tags(dataset: Json) -> Facets:
    """Marquez has names of tags without values."""
    found = [facets.tag(str(each), "true", "MARQUEZ") for each in items(dataset, "tags")]
    for field in parts(dataset, "fields"):
        found += [facets.tag(str(each), "true", "MARQUEZ", text(field, "name")) for each in items(field, "tags")]
    return facets.tags(found, of="Dataset")


def _name(holder: Json) -> Name:
    return text(holder, "namespace"), text(holder, "name")


def _updated(holder: Json) -> str:
    return same_iso(holder.get("updatedAt")) or now()
