"""`/jobs`, `/namespaces/{namespace}/jobs` and what lies below, and runs by their id."""

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.request import Request

from common.parameters import Parameter
from lineage.api.marquez.endpoints import PAGING, MarquezEndpoint, described, existing
from lineage.api.marquez.namespaces import namespace_named
from lineage.marquez.facets import shown_facets
from lineage.marquez.jobs import in_state, jobs_told, version_told
from lineage.marquez.members import facets_by_node
from lineage.marquez.nodes import job_named, jobs
from lineage.marquez.runs import run_id_of, run_named, runs_told, with_jobs
from lineage.models import Node, Run, RunState
from lineage.queries.about import may_see_code
from registry.models import User

STATES = ("NEW", *RunState.values)  # nothing is ever new here; Marquez's pages ask for it all the same
_LISTED = (*PAGING, Parameter("lastRunStates", "Only jobs whose newest run is so.", choices=STATES, many=True))


class JobEndpoint(MarquezEndpoint):
    """What is asked of one job, or of some."""

    def found(self, namespace: str, job: str) -> Node:
        return existing(job_named(self.actor, namespace, job), f"job {namespace} {job}")

    def answer_jobs(self, rows: QuerySet[Node]) -> HttpResponse:
        states = self.request.query_params.getlist("lastRunStates")
        wanted = in_state(rows, states) if states else rows
        return self.answer_page("jobs", wanted, lambda found: jobs_told(found, self.actor))


class EveryJobListView(JobEndpoint):
    """Marquez: the jobs of all namespaces, the most recently told of first."""

    parameters = {"GET": _LISTED}

    @described("jobs")
    def get(self, request: Request) -> HttpResponse:
        return self.answer_jobs(jobs(self.actor))


class JobListView(JobEndpoint):
    """Marquez: the jobs of a namespace, the most recently told of first."""

    parameters = {"GET": _LISTED}

    @described("namespace_jobs")
    def get(self, request: Request, namespace: str) -> HttpResponse:
        return self.answer_jobs(jobs(self.actor).filter(namespace=namespace_named(self.actor, namespace)))


class JobView(JobEndpoint):
    """Marquez: one job with its newest runs. Code is told to members of teams, administrators and auditors."""

    @described("job")
    def get(self, request: Request, namespace: str, job: str) -> HttpResponse:
        return self.answer(jobs_told([self.found(namespace, job)], self.actor)[0])


class JobVersionListView(JobEndpoint):
    """Marquez: the versions of a job. There is one, as it is now: what was told before is replaced, not kept."""

    parameters = {"GET": PAGING}

    @described("job_versions")
    def get(self, request: Request, namespace: str, job: str) -> HttpResponse:
        limit, offset = self.page()
        versions = [version_told(self.found(namespace, job), self.actor)]
        return self.answer({"versions": versions[offset : offset + limit], "totalCount": 1})


class JobVersionView(JobEndpoint):
    """Marquez: the one version of a job."""

    @described("job_version")
    def get(self, request: Request, namespace: str, job: str, version: str) -> HttpResponse:
        node = self.found(namespace, job)
        return self.answer(
            version_told(existing(node if str(node.pk) == version else None, "such version"), self.actor)
        )


class RunListView(JobEndpoint):
    """Marquez: the runs of a job, newest first."""

    parameters = {"GET": PAGING}

    @described("job_runs")
    def get(self, request: Request, namespace: str, job: str) -> HttpResponse:
        rows = with_jobs(Run.objects.filter(job=self.found(namespace, job)).told_once())
        return self.answer_page("runs", rows, lambda found: runs_told(found, self.actor))


def run_found(actor: User, run: str) -> Run:
    return existing(run_named(actor, run), f"run {run}")


class RunView(MarquezEndpoint):
    """Marquez: one run, by the id that its producer or a list of runs tells."""

    @described("run")
    def get(self, request: Request, run: str) -> HttpResponse:
        return self.answer(runs_told([run_found(self.actor, run)], self.actor)[0])


class RunFacetsView(MarquezEndpoint):
    """Marquez: the facets of a run, or of its job as they are now."""

    parameters = {"GET": (Parameter("type", "Whose facets.", choices=("run", "job"), required=True),)}

    @described("run_facets")
    def get(self, request: Request, run: str) -> HttpResponse:
        found = run_found(self.actor, run)
        if request.query_params["type"] == "run":
            facets = runs_told([found], self.actor)[0]["facets"]
        else:
            facets = shown_facets(facets_by_node([found.job])[found.job_id], sees_code=may_see_code(self.actor))
        return self.answer({"runId": run_id_of(found), "facets": facets})
