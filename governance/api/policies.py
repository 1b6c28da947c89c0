"""Purposes and access policies for machines, and what owners agree to beforehand."""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from common import etags
from common.etags import revision_of
from common.fields import Selection
from common.parameters import Parameter
from common.problems import NotFound
from governance.actions.edits import edit_policy, edit_purpose
from governance.actions.policies import approve_beforehand, next_version, stop_approving_beforehand
from governance.actions.proposing import propose_end
from governance.actions.purposes import end_purpose, register_purpose
from governance.api.proposals import PolicyProposalView, dry_run_told
from governance.filters import PolicyFilter
from governance.models import Policy, PolicyProposal, Purpose, StandingApproval
from governance.queries.dry_run import dry_run
from governance.queries.policies import place_of, policy_named
from governance.revisions import OF_POLICY, OF_PURPOSE
from governance.serializers.policies import (
    AgreeSerializer,
    DryRunSerializer,
    EditPolicySerializer,
    EditPurposeSerializer,
    NewPurposeSerializer,
    PolicyProposalSerializer,
    PolicySerializer,
    PolicyTermsSerializer,
    PurposeSerializer,
    StandingApprovalSerializer,
)
from registry.actions.action import allow
from registry.api.endpoints import Endpoint
from registry.api.lists import ListEndpoint
from registry.api.objects import ObjectEndpoint
from registry.api.writes import write
from registry.choices import Scope
from registry.models import Actor, FeatureView

READS = (Scope.FEATURES_READ, Scope.ACCESS_REQUEST, Scope.ACCESS_DECIDE)
REASON = Parameter("reason", "Why, in ten characters or more. Auditors read it.")


class PurposeListView(ListEndpoint):
    """Purposes, those that have ended too."""

    serializer_class = PurposeSerializer
    required_scopes = {"GET": READS, "POST": Scope.ACCESS_DECIDE}
    sorts = {"name": ("name",)}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Purpose]:
        return Purpose.objects.all()

    @write
    @extend_schema(request=NewPurposeSerializer, responses={201: PurposeSerializer})
    def post(self, request: Request) -> HttpResponse:
        """Register a purpose. The committee may."""
        allow(self.actor, "governance.register_purpose", None)
        made = register_purpose(None, actor=self.actor, **self.sent(NewPurposeSerializer))
        view = PurposeView(request=request)
        response = view.answer_shown(view.show(name=made.name, selection=Selection()), status=201)
        response["Location"] = reverse("api:purpose", args=[made.name])
        return response


class PurposeView(ObjectEndpoint):
    """One purpose."""

    serializer_class = PurposeSerializer
    required_scopes = {"GET": READS, "PATCH": Scope.ACCESS_DECIDE, "DELETE": Scope.ACCESS_DECIDE}
    parameters = {"DELETE": (REASON,)}
    other_problems = {"DELETE": (422,)}
    conditional_methods = ("PATCH",)
    revision_columns = OF_PURPOSE
    lookup = {"name": "name"}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Purpose]:
        return Purpose.objects.all()

    @write
    @extend_schema(request=EditPurposeSerializer)
    def patch(self, request: Request, name: str) -> HttpResponse:
        """Say some of it anew, such as the day of the next review."""
        row = self._found(name, "governance.change_purpose")
        expected = etags.revision_expected(request._request)
        edit_purpose(row, actor=self.actor, expected=expected, **self.sent(EditPurposeSerializer))
        return self.answer_shown(self.show(name=name, selection=Selection()))

    @write
    @extend_schema(request=None, responses=PurposeSerializer)
    def delete(self, request: Request, name: str) -> HttpResponse:
        """End it. Grants for it give nothing from now on; they and what was decided stay on record."""
        row = self._found(name, "governance.end_purpose")
        end_purpose(row, actor=self.actor, reason=request.query_params.get("reason", ""))
        return self.answer_shown(self.show(name=name, selection=Selection()))

    def _found(self, name: str, verb: str) -> Purpose:
        row: Purpose = self.find(name=name)
        allow(self.actor, verb, row)
        return row


class PolicyListView(ListEndpoint):
    """The access policies that decide now, or with `as_of` those that did."""

    serializer_class = PolicySerializer
    required_scopes = {"GET": READS}
    sorts = {"privacy_class": ("privacy_class", "id")}
    filterset_class = PolicyFilter

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Policy]:
        return Policy.objects.current()

    def rows(self) -> QuerySet[Policy]:
        return Policy.objects.all() if self.request.query_params.get("as_of") else super().rows()


class PolicyView(ObjectEndpoint):
    """One access policy, by class, setting and environment: `pseudonymous.offline`, `direct-identifier`."""

    serializer_class = PolicySerializer
    required_scopes = {"GET": READS, "PUT": Scope.ACCESS_DECIDE, "DELETE": Scope.ACCESS_DECIDE}
    parameters = {"DELETE": (REASON,)}
    other_problems = {"DELETE": (422,)}
    conditional_methods = ("PUT",)
    revision_columns = OF_POLICY
    lookup = {"number": "pk"}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Policy]:
        return Policy.objects.current()

    def get(self, request: Request, name: str) -> HttpResponse:
        return super().get(request, number=_found(name).pk)

    @write
    @extend_schema(request=EditPolicySerializer, responses={202: PolicyProposalSerializer})
    def put(self, request: Request, name: str) -> HttpResponse:
        """Propose its next version, or the first one of a class in a setting and environment. It takes effect when
        others of the committee agree; at once, which it says, where there are none. Requests that were sent keep the
        version that they were sent under. `If-Match: *` for one that is not there yet."""
        allow(self.actor, "governance.propose_policy", None)
        expected = etags.revision_expected(request._request)
        sent = self.sent(EditPolicySerializer)
        made = edit_policy(place_of(name), policy_named(name), actor=self.actor, expected=expected, **sent)
        return self._proposed(made)

    @write
    @extend_schema(request=None, responses={202: PolicyProposalSerializer})
    def delete(self, request: Request, name: str) -> HttpResponse:
        """Propose to take it away, where a less particular one stands behind it."""
        row = _found(name)
        allow(self.actor, "governance.propose_policy", row)
        return self._proposed(propose_end(row, actor=self.actor, reason=request.query_params.get("reason", "")))

    def _proposed(self, made: PolicyProposal) -> HttpResponse:
        view = PolicyProposalView(request=self.request)
        response = view.answer_shown(view.show(number=made.pk, selection=Selection()), status=202)
        response["Location"] = reverse("api:policy-proposal", args=[made.public_id])
        return response


class PolicyDryRunView(Endpoint):
    """What a change would have meant."""

    required_scopes = {"POST": Scope.ACCESS_DECIDE}

    @extend_schema(request=PolicyTermsSerializer, responses=DryRunSerializer)
    def post(self, request: Request, name: str) -> HttpResponse:
        """Try terms on the newest 200 requests: which of them would have needed other votes, or fewer days."""
        allow(self.actor, "governance.propose_policy", None)
        privacy_class, setting, environment = place_of(name)
        changed = next_version(privacy_class, setting, environment, self.sent(PolicyTermsSerializer))
        return self.answer(dry_run_told(dry_run(changed)))


class StandingApprovalView(Endpoint):
    """Whether the owner of a view has agreed that what a policy lets be automatic is granted at once."""

    required_scopes = {"GET": READS, "PUT": Scope.ACCESS_DECIDE, "DELETE": Scope.ACCESS_DECIDE}

    @extend_schema(responses=StandingApprovalSerializer)
    def get(self, request: Request, key: str) -> HttpResponse:
        view = self._view(key)
        given = _standing(view)
        if given is None:
            raise NotFound(f"Nobody has agreed to anything beforehand for {view}.")
        return self._shown(given)

    @write
    @extend_schema(request=AgreeSerializer, responses=StandingApprovalSerializer)
    def put(self, request: Request, key: str) -> HttpResponse:
        """Agree. The owner of the view may."""
        view = self._view(key, "governance.approve_beforehand")
        return self._shown(approve_beforehand(view, actor=self.actor, **self.sent(AgreeSerializer)))

    @write
    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, key: str) -> HttpResponse:
        """Agree no longer. What was granted stays."""
        stop_approving_beforehand(self._view(key, "governance.approve_beforehand"), actor=self.actor)
        return HttpResponse(status=204)

    def _view(self, key: str, verb: str = "") -> FeatureView:
        view = FeatureView.objects.visible_to(self.actor).select_related("project").filter(key=key).first()
        if view is None:
            raise NotFound
        if verb:
            allow(self.actor, verb, view)
        return view

    def _shown(self, given: StandingApproval) -> HttpResponse:
        said = {"view": given.view.key, "reason": given.reason, "given_by": given.given_by.username}
        return self.answer(said | {"created_at": given.created_at}, revision=revision_of(given.pk))


def _standing(view: FeatureView) -> StandingApproval | None:
    rows = StandingApproval.objects.filter(view=view, ended_at__isnull=True)
    return rows.select_related("view", "given_by").first()


def _found(name: str) -> Policy:
    row = policy_named(name)
    if row is None:
        raise NotFound(f"There is no policy {name[:120]}.")
    return row
