"""The ends of many versions in one request, each with its own status."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from orjson import Fragment
from rest_framework.request import Request

from common.fields import Selection, json_text
from common.problems import Invalid, NotFound, as_problem, body_of
from governance.actions.announcing_many import Outcome, announce_many
from governance.api.deprecations import said_by
from governance.models import Deprecation
from governance.queries.announcing_many import MOST, found_versions, named_versions
from governance.serializers.deprecations import (
    DeprecationSerializer,
    ManyAnnouncedSerializer,
    NewDeprecationsSerializer,
)
from registry.api.endpoints import Endpoint
from registry.api.writes import write
from registry.choices import Scope
from registry.models import Actor, User, Version


class BatchAnnounceView(Endpoint):
    """Announce the same end for up to 100 versions, named or found by a query, and tell their readers. Each has its own
    status: 201 with its deprecation, or a problem. What is refused for one loses nothing of the others, so look at
    `?dry_run=true` first."""

    required_scopes = {"POST": Scope.FEATURES_WRITE}

    @write
    @extend_schema(request=NewDeprecationsSerializer, responses=ManyAnnouncedSerializer)
    def post(self, request: Request) -> HttpResponse:
        sent = self.sent(NewDeprecationsSerializer)
        asked, total = _asked(self.actor, sent)
        said = said_by(sent, self.actor)
        versions = list({one.pk: one for one in asked.values() if one is not None}.values())
        outcomes = {one.version.pk: one for one in announce_many(versions, actor=self.actor, said=said)}
        texts = _texts(self.actor, [one.deprecation for one in outcomes.values() if one.deprecation])
        data = [self._item(text, outcomes.get(one.pk) if one else None, texts) for text, one in asked.items()]
        return self.answer({"data": data, "total": total})

    def _item(self, text: str, outcome: Outcome | None, texts: dict[int, str]) -> dict[str, Any]:
        if outcome is not None and outcome.deprecation is not None:
            return {"version": text, "status": 201, "deprecation": Fragment(texts[outcome.deprecation.pk])}
        problem = NotFound() if outcome is None or outcome.refusal is None else as_problem(outcome.refusal)
        return {"version": text, "status": problem.status_code, "problem": body_of(problem, self.request)}


def _asked(actor: User, sent: dict[str, Any]) -> tuple[dict[str, Version | None], int]:
    """By reference, the versions that the body means, None for what is not there; and how many there are in all.
    Raises Invalid for a query that finds more than it says."""
    query, names = sent.pop("query", None), sent.pop("versions", [])
    if query is None:
        held = named_versions(actor, names)
        return {name: held.get(name) for name in names}, len(set(names))
    found = found_versions(actor, query)
    if found.notes:
        raise _refused("not_understood", " ".join(found.notes))
    if found.is_cut:
        raise _refused("too_many", f"More than {MOST} versions of yours are found. Narrow the query.")
    return {str(one): one for one in found.versions}, found.total


def _refused(code: str, detail: str) -> Invalid:
    return Invalid(detail, errors=[{"pointer": "/query", "code": code, "detail": detail}])


def _texts(actor: Actor, made: list[Deprecation]) -> dict[int, str]:
    """The deprecations as JSON."""
    shape = json_text(DeprecationSerializer, Selection(), actor)
    rows = Deprecation.objects.filter(pk__in=[one.pk for one in made]).order_by()
    return dict(rows.values_list("pk", shape))
