"""The scorecard for machines: gates ask it, READMEs show it, people attest what it cannot read."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from common.fields import Selection
from common.keyset import page as page_of
from common.pagination import LIMIT_SCHEMA, limit
from common.parameters import Parameter
from common.problems import NotFound
from governance.actions.attesting import attest_check, withdraw_attestation
from governance.filters import AttestationFilter
from governance.models import Attestation, CheckState, ScorecardDay
from governance.queries.scorecard import Wanted, scope_of
from governance.scorecard.catalogue import BY_SLUG, Check, Theme
from governance.scorecard.failing import lines, listed, order_of
from governance.scorecard.figures import Figures, figures
from governance.scorecard.history import past_of
from governance.scorecard.part import Part
from governance.scorecard.reading import Result, chosen_part, results_of, scorecard
from governance.scorecard.scope import Scope
from governance.serializers.scorecard import (
    AttestationSerializer,
    CheckDetailSerializer,
    NewAttestationSerializer,
    ScorecardSerializer,
    WithdrawalSerializer,
)
from monitoring.badges import picture, share_of
from registry.actions.action import allow
from registry.api.endpoints import Endpoint
from registry.api.lists import ListEndpoint
from registry.api.objects import ObjectEndpoint
from registry.api.writes import write
from registry.choices import Scope as TokenScope
from registry.models import Actor
from registry.references import public_number
from registry.tokens import AddressAuthentication, SessionAuthentication, TokenAuthentication

OF = (
    Parameter("project", "Only of this project."),
    Parameter("view", "Only of this feature view: project.view."),
)


class OfScope(Endpoint):
    """What is asked of the platform, a project or a view."""

    other_problems = {"GET": (404,)}  # of a project or view that is not there, also where the address names none

    def scope(self) -> Scope:
        """Raises NotFound."""
        scope = scope_of(self.actor, self.request.query_params)
        if scope is None:
            raise NotFound
        return scope


class ScorecardView(OfScope):
    """Is it ready for production? Each check reads its evidence when it is asked."""

    required_scopes = {"GET": TokenScope.FEATURES_READ}
    parameters = {
        "GET": (
            *OF, Parameter("state", "Only checks in this state.", choices=tuple(CheckState.values)),
            Parameter("theme", "Only checks of this theme.", choices=tuple(Theme.values)),
        )
    }  # fmt: skip

    @extend_schema(operation_id="scorecard", responses=ScorecardSerializer)
    def get(self, request: Request) -> HttpResponse:
        scope = self.scope()
        found = scorecard(scope)
        shown = Wanted.of(request.query_params).among(found)
        return self.answer({
            "passed": found.passed, "of": len(found.results), "read_at": scope.now.isoformat(),
            "figures": _figures(figures(scope)), "data": [_said(one, scope) for one in shown],
        })  # fmt: skip


class CheckView(OfScope):
    """One check: its evidence, the objects that fail, and how it stood."""

    required_scopes = {"GET": TokenScope.FEATURES_READ}
    parameters = {
        "GET": (
            *OF, Parameter("part", "Whose objects are listed, from 0; usually the first that is not met."),
            Parameter("limit", "Objects in a page.", LIMIT_SCHEMA),
            Parameter("cursor", "`next_cursor` of the page before."),
        )
    }  # fmt: skip

    @extend_schema(operation_id="scorecard_check", responses=CheckDetailSerializer)
    def get(self, request: Request, slug: str) -> HttpResponse:
        scope, check = self.scope(), _found(slug)
        if scope.kind not in check.scopes:
            raise NotFound
        (result,) = results_of(scope, [check])
        at = chosen_part(result.parts, request.query_params.get("part", ""))
        data = _said(result, scope) | {
            "reads": check.reads, "met_when": check.wants, "most_days": check.most_days, "part": at,
            "history": _history(scope, check), **self._failing(result.parts[at] if at is not None else None, scope),
        }  # fmt: skip
        return self.answer(data)

    def _failing(self, part: Part | None, scope: Scope) -> dict[str, Any]:
        if part is None or part.rows is None:
            return {"failing": [], "next_cursor": None}
        query = self.request.query_params
        rows = listed(part.rows, scope)
        found = page_of(rows, order=order_of(rows), after=query.get("cursor", ""), size=limit(query))
        base = settings.CHARTER_BASE_URL
        shown = [
            {"kind": one.kind, "key": one.key, "url": f"{base}{one.url}", "owner": one.owner}
            for one in lines(found.rows)
        ]
        return {"failing": shown, "next_cursor": found.after or None}


def _found(slug: str) -> Check:
    if slug not in BY_SLUG:
        raise NotFound
    return BY_SLUG[slug]


def _said(one: Result, scope: Scope) -> dict[str, Any]:
    check, step = one.check, one.step
    return {
        "number": check.number, "check": check.slug, "title": check.title, "theme": check.theme.value,
        "state": one.state.value, "is_passed": one.is_passed, "parts": [_part(part) for part in one.parts],
        "read_at": one.read_at and one.read_at.isoformat(),
        "age_seconds": (scope.now - one.read_at).total_seconds() if one.read_at else None,
        "next_step": {"said": step.said, "url": step.url} if step else None,
        "attested_until": one.attestation and one.attestation.valid_until.isoformat(),
        "url": f"{settings.CHARTER_BASE_URL}{reverse('governance:scorecard-check', args=[check.slug])}",
    }  # fmt: skip


def _part(part: Part) -> dict[str, Any]:
    return {
        "state": part.state.value, "said": part.said, "met": part.met, "of": part.of,
        "read_at": part.read_at and part.read_at.isoformat(), "search": part.search,
    }  # fmt: skip


def _figures(found: Figures) -> dict[str, Any]:
    return {
        "reuse": found.reuse, "decision_seconds": _seconds(found.decision_time), "ownerless": found.ownerless,
        "availability": found.availability, "idea_to_active_seconds": _seconds(found.idea_to_active),
    }  # fmt: skip


def _seconds(span: timedelta | None) -> float | None:
    return span.total_seconds() if span is not None else None


def _history(scope: Scope, check: Check) -> list[dict[str, Any]]:
    past = past_of(scope).get(check.slug)
    return [_day(held) for _, held in past.days if held] if past else []


def _day(held: ScorecardDay) -> dict[str, Any]:
    return {"day": held.day.isoformat(), "state": held.state, "met": held.met, "of": held.of}


class ScorecardBadgeView(OfScope):
    """How many checks pass, as a small SVG, for READMEs."""

    required_scopes = {"GET": TokenScope.BADGE_READ}
    authentication_classes = [AddressAuthentication, TokenAuthentication, SessionAuthentication]
    parameters = {"GET": (*OF, Parameter("token", "For pictures: a token with the scope badge:read alone."))}

    @extend_schema(operation_id="scorecard_badge", responses={(200, "image/svg+xml"): str})
    def get(self, request: Request) -> HttpResponse:
        scope = self.scope()
        found = scorecard(scope)
        total = len(found.results)
        label = " ".join(["scorecard", *scope.parameters.values()])
        drawn = picture(label, f"{found.passed}/{total}", share_of(found.passed, total))
        response = HttpResponse(drawn, content_type="image/svg+xml")
        response["Cache-Control"] = "private, max-age=300"
        return response


class AttestationListView(ListEndpoint):
    """What people state where no evidence can be read, newest first."""

    serializer_class = AttestationSerializer
    required_scopes = {"GET": TokenScope.FEATURES_READ, "POST": TokenScope.ACCESS_DECIDE}
    sorts = {"-id": ("-id",)}
    filterset_class = AttestationFilter

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Attestation]:
        return Attestation.objects.all()

    @write
    @extend_schema(request=NewAttestationSerializer, responses={201: AttestationSerializer})
    def post(self, request: Request) -> HttpResponse:
        """State that a check is met until a day."""
        allow(self.actor, "governance.attest_check", None)
        made = attest_check(None, actor=self.actor, **self.sent(NewAttestationSerializer))
        view = AttestationView(request=request)
        response = view.answer_shown(view.show(number=made.pk, selection=Selection()), status=201)
        response["Location"] = reverse("api:attestation", args=[made.public_id])
        return response


class AttestationView(ObjectEndpoint):
    """One statement."""

    serializer_class = AttestationSerializer
    required_scopes = {"GET": TokenScope.FEATURES_READ}
    lookup = {"number": "pk"}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Attestation]:
        return Attestation.objects.all()

    def get(self, request: Request, reference: str) -> HttpResponseBase:
        return super().get(request, number=public_number(reference, "AT"))


class AttestationWithdrawView(Endpoint):
    """It does not hold any longer."""

    required_scopes = {"POST": TokenScope.ACCESS_DECIDE}

    @write
    @extend_schema(request=WithdrawalSerializer, responses=AttestationSerializer)
    def post(self, request: Request, reference: str) -> HttpResponse:
        view = AttestationView(request=request)
        held = view.find(number=public_number(reference, "AT"))
        allow(self.actor, "governance.withdraw_attestation", held)
        withdraw_attestation(held, actor=self.actor, **self.sent(WithdrawalSerializer))
        return view.answer_shown(view.show(number=held.pk, selection=Selection()))
