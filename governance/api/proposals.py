"""Proposed changes of access policies for machines: read, tried, agreed to, rejected, withdrawn."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from common.fields import Selection
from governance.actions.proposing import agree_policy, reject_policy, withdraw_policy
from governance.filters import PolicyProposalFilter
from governance.models import PolicyProposal
from governance.queries.dry_run import Altered, DryRun
from governance.queries.proposals import tried
from governance.serializers.policies import AgreeSerializer, DryRunSerializer, PolicyProposalSerializer
from registry.actions.action import allow
from registry.api.endpoints import Endpoint
from registry.api.lists import ListEndpoint
from registry.api.objects import ObjectEndpoint
from registry.api.writes import write
from registry.choices import Scope
from registry.models import Actor
from registry.references import public_number

READS = (Scope.ACCESS_REQUEST, Scope.ACCESS_DECIDE)


class PolicyProposalListView(ListEndpoint):
    """Proposed changes of access policies, newest first: for the committee, auditors and administrators."""

    serializer_class = PolicyProposalSerializer
    required_scopes = {"GET": READS}
    sorts = {"-id": ("-id",)}
    filterset_class = PolicyProposalFilter

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[PolicyProposal]:
        return PolicyProposal.objects.visible_to(actor)


class PolicyProposalView(ObjectEndpoint):
    """One proposed change."""

    serializer_class = PolicyProposalSerializer
    required_scopes = {"GET": READS}
    lookup = {"number": "pk"}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[PolicyProposal]:
        return PolicyProposal.objects.visible_to(actor)

    def get(self, request: Request, reference: str) -> HttpResponse:
        return super().get(request, number=public_number(reference, "PP"))


class OfPolicyProposal(Endpoint):
    """Something asked or decided about a proposal."""

    required_scopes = {"POST": Scope.ACCESS_DECIDE}

    def found(self, reference: str, verb: str = "") -> PolicyProposal:
        """The proposal, and where a verb is named, only for who may do that to it."""
        view = PolicyProposalView(request=self.request)
        row: PolicyProposal = view.find(number=public_number(reference, "PP"))
        if verb:
            allow(self.actor, verb, row)
        return row

    def shown(self, row: PolicyProposal) -> HttpResponse:
        view = PolicyProposalView(request=self.request)
        return view.answer_shown(view.show(number=row.pk, selection=Selection()))


class PolicyProposalDryRunView(OfPolicyProposal):
    """What it would have meant for the newest 200 requests."""

    required_scopes = {"GET": READS}

    @extend_schema(responses=DryRunSerializer)
    def get(self, request: Request, reference: str) -> HttpResponse:
        return self.answer(dry_run_told(tried(self.found(reference))))


class AgreePolicyView(OfPolicyProposal):
    """Say that one has read it and agrees. With the last reader that is needed it takes effect."""

    @write
    @extend_schema(request=None, responses=PolicyProposalSerializer)
    def post(self, request: Request, reference: str) -> HttpResponse:
        return self.shown(agree_policy(self.found(reference, "governance.agree_policy"), actor=self.actor))


class RejectPolicyView(OfPolicyProposal):
    """The policy stays as it is."""

    @write
    @extend_schema(request=AgreeSerializer, responses=PolicyProposalSerializer)
    def post(self, request: Request, reference: str) -> HttpResponse:
        row = self.found(reference, "governance.reject_policy")
        return self.shown(reject_policy(row, actor=self.actor, **self.sent(AgreeSerializer)))


class WithdrawPolicyView(OfPolicyProposal):
    """Take back what one has proposed."""

    @write
    @extend_schema(request=AgreeSerializer, responses=PolicyProposalSerializer)
    def post(self, request: Request, reference: str) -> HttpResponse:
        row = self.found(reference, "governance.withdraw_policy")
        return self.shown(withdraw_policy(row, actor=self.actor, **self.sent(AgreeSerializer)))


def dry_run_told(ran: DryRun) -> dict[str, Any]:
    """As `DryRunSerializer` says."""
    return {"looked_at": ran.looked_at, "altered": len(ran.requests), "data": [_told(one) for one in ran.altered]}


def _told(one: Altered) -> dict[str, Any]:
    return {
        "request": str(one.item.request), "feature": str(one.item.version), "outcome": one.item.outcome,
        "effects": [{"code": effect.code, "detail": effect.text} for effect in one.effects],
    }  # fmt: skip
