"""Flows and deployments as JobEvents: what is scheduled is a job."""

from typing import Any

from connectors.openlineage import facets
from connectors.openlineage.events import Event, Name, Producer
from connectors.openlineage.moments import same_iso
from connectors.shapes import Json, items, part, parts, text

PRODUCER = Producer("urn:charter:connectors:prefect")


def flow_job(namespace: str, flow: Json) -> Name:
    """A flow by itself, run by hand or by a script."""
    return namespace, text(flow, "name")


def deployment_job(namespace: str, flow: Json, deployment: Json) -> Name:
    """A deployment, called as Prefect's command line calls it."""
    return namespace, f"{text(flow, 'name')}/{text(deployment, 'name')}"


def flow_event(namespace: str, flow: Json, at: str) -> Event:
    return PRODUCER.job(at, flow_job(namespace, flow), facets.job_type("PREFECT", "FLOW") | _tags(flow))


def deployment_event(namespace: str, flow: Json, deployment: Json, next_run_at: str | None, at: str) -> Event:
    """`next_run_at` as Prefect wrote it."""
    said = {
        **facets.job_type("PREFECT", "DEPLOYMENT"),
        **facets.documentation(text(deployment, "description"), of="Job"),
        **_tags(deployment),
        **facets.schedule(
            ", ".join(filter(None, map(_schedule, _active(deployment)))),
            next_run_at=same_iso(next_run_at),
            is_paused=deployment.get("paused") is True,
        ),
    }
    return PRODUCER.job(at, deployment_job(namespace, flow, deployment), said)


def _active(deployment: Json) -> list[Json]:
    return [part(each, "schedule") for each in parts(deployment, "schedules") if each.get("active") is not False]


def _schedule(schedule: Json) -> str:
    """A cron expression or a recurrence rule as it stands; an interval in seconds as a sentence."""
    if interval := text(schedule, "interval"):
        return f"every {interval.removesuffix('.0')} s"
    return text(schedule, "cron") or text(schedule, "rrule")


def _tags(holder: Json) -> facets.Facets:
    named: list[Any] = [each for each in items(holder, "tags") if isinstance(each, str)]
    return facets.tags([facets.tag(each, each, "PREFECT") for each in named], of="Job")
