"""Requests for access, for machines: asked, changed, decided, taken back."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from common import etags
from common.fields import Selection
from common.problems import Invalid, NotFound
from governance.actions.deciding import review_emergency, undo_decision
from governance.actions.edits import decide_as_read, edit_request
from governance.actions.emergencies import break_glass
from governance.actions.requesting import comment_request, request_access, withdraw_request
from governance.api.named import each_at_its_place, found_purpose, found_reader, found_versions
from governance.filters import AccessRequestFilter
from governance.models import AccessRequest, AccessRequestQuerySet, Comment, Decision, RequestItem
from governance.revisions import OF_REQUEST
from governance.serializers.requests import (
    AccessCommentSerializer,
    AccessRequestSerializer,
    EditAccessRequestSerializer,
    EmergencySerializer,
    NewAccessRequestSerializer,
    NewCommentSerializer,
    NewDecisionSerializer,
    ReviewSerializer,
    WithdrawSerializer,
)
from registry.actions.action import allow
from registry.api.endpoints import Endpoint
from registry.api.lists import ListEndpoint
from registry.api.objects import ObjectEndpoint
from registry.api.writes import write
from registry.choices import Scope
from registry.models import Actor
from registry.references import public_number

WHOLE = Selection(expanded={"items": Selection(), "decisions": Selection(), "comments": Selection()})
READS = (Scope.ACCESS_REQUEST, Scope.ACCESS_DECIDE)


class AccessRequestListView(ListEndpoint):
    """Requests that you see: your own, those for what your teams run, and those for features of your teams. Newest
    first."""

    serializer_class = AccessRequestSerializer
    required_scopes = {"GET": READS, "POST": Scope.ACCESS_REQUEST}
    other_problems = {"POST": (409,)}
    sorts = {"-id": ("-id",), "due_at": ("due_at", "id")}
    filterset_class = AccessRequestFilter

    @classmethod
    def visible(cls, actor: Actor) -> AccessRequestQuerySet:
        return AccessRequest.objects.visible_to(actor).sent()

    @write
    @extend_schema(request=NewAccessRequestSerializer, responses={201: AccessRequestSerializer})
    def post(self, request: Request) -> HttpResponse:
        """Ask for up to 30 features at once, for yourself or for a consumer of your team. What may not be asked for is
        told at its place, and then nothing is asked for."""
        allow(self.actor, "governance.request_access", None)
        sent = self.sent(NewAccessRequestSerializer)
        sent["consumer"] = found_reader(self.actor, sent)
        sent["purpose"] = found_purpose(sent["purpose"])
        versions = found_versions(self.actor, sent.pop("features"))
        with each_at_its_place(versions):
            made = request_access(None, actor=self.actor, versions=versions, **sent)
        return whole(request, made, status=201)


class EmergencyView(Endpoint):
    """Break-glass access."""

    required_scopes = {"POST": Scope.ACCESS_REQUEST}
    other_problems = {"POST": (409,)}

    @write
    @extend_schema(request=EmergencySerializer, responses={201: AccessRequestSerializer})
    def post(self, request: Request) -> HttpResponse:
        """Take access at once because of an incident. Leads of teams may; it lasts hours, and is reviewed."""
        allow(self.actor, "governance.break_glass", None)
        sent = self.sent(EmergencySerializer)
        sent["consumer"] = found_reader(self.actor, sent)
        sent["purpose"] = found_purpose(sent["purpose"])
        versions = found_versions(self.actor, sent.pop("features"))
        with each_at_its_place(versions):
            made = break_glass(None, actor=self.actor, versions=versions, **sent)
        return whole(request, made, status=201)


class AccessRequestView(ObjectEndpoint):
    """One request. `?expand=items,decisions,comments` shows what became of each feature, and what was said."""

    serializer_class = AccessRequestSerializer
    required_scopes = {"GET": READS, "PATCH": Scope.ACCESS_REQUEST}
    conditional_methods = ("PATCH",)
    other_problems = {"PATCH": (409,)}
    revision_columns = OF_REQUEST
    lookup = {"number": "pk"}

    @classmethod
    def visible(cls, actor: Actor) -> AccessRequestQuerySet:
        return AccessRequest.objects.visible_to(actor).sent()

    def get(self, request: Request, reference: str) -> HttpResponse:
        return super().get(request, number=public_number(reference, "AR"))

    @write
    @extend_schema(request=EditAccessRequestSerializer)
    def patch(self, request: Request, reference: str) -> HttpResponse:
        """Change it and send it again, while changes are asked. What was asked stays as it is else."""
        row: AccessRequest = self.find(number=public_number(reference, "AR"))
        allow(self.actor, "governance.fill_request", row)
        expected = etags.revision_expected(request._request)
        sent = self.sent(EditAccessRequestSerializer)
        if "consumer" in sent:
            sent["consumer"] = found_reader(self.actor, sent)
        if "purpose" in sent:
            sent["purpose"] = found_purpose(sent["purpose"])
        held = items_of(row)
        kept = items_named(row, sent.pop("features")) if "features" in sent else held
        others = [item.version for item in held if item not in kept]
        with each_at_its_place([item.version for item in kept]):
            edit_request(row, actor=self.actor, expected=expected, without=others, **sent)
        return whole(request, row)


class OfAccessRequest(Endpoint):
    """Something said or done about a request."""

    def found(self, reference: str, verb: str = "") -> AccessRequest:
        """The request, and where a verb is named, only for who may do that to it."""
        row: AccessRequest = AccessRequestView(request=self.request).find(number=public_number(reference, "AR"))
        if verb:
            allow(self.actor, verb, row)
        return row


class DecisionListView(OfAccessRequest):
    """Decide."""

    required_scopes = {"POST": Scope.ACCESS_DECIDE}
    conditional_methods = ("POST",)

    @write
    @extend_schema(request=NewDecisionSerializer, responses={201: AccessRequestSerializer})
    def post(self, request: Request, reference: str) -> HttpResponse:
        """Say yes, no, or what should change; or stand aside. If-Match names the state of the request that you read."""
        row = self.found(reference, "governance.decide_request")
        expected = etags.revision_expected(request._request)
        sent = self.sent(NewDecisionSerializer)
        chosen = items_named(row, sent.pop("features")) if "features" in sent else None
        items = None if chosen is None else [item.pk for item in chosen]
        with each_at_its_place([item.version for item in chosen or ()]):
            decide_as_read(row, actor=self.actor, expected=expected, items=items, **sent)
        return whole(request, row, status=201)


class DecisionView(OfAccessRequest):
    """One decision."""

    required_scopes = {"DELETE": Scope.ACCESS_DECIDE}
    other_problems = {"DELETE": (422,)}

    @write
    @extend_schema(request=None, responses=AccessRequestSerializer)
    def delete(self, request: Request, reference: str, number: int) -> HttpResponse:
        """Take your own back, within a minute. What it granted ends, and what it denied waits again."""
        row = self.found(reference)
        said = Decision.objects.filter(request=row, pk=number).first()
        if said is None:
            raise NotFound
        undo_decision(said, actor=self.actor)
        return whole(request, row)


class CommentListView(ListEndpoint):
    """Questions and answers beside a request."""

    serializer_class = AccessCommentSerializer
    required_scopes = {"GET": READS, "POST": READS}
    sorts = {"id": ("id",)}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Comment]:
        return Comment.objects.filter(request__in=AccessRequest.objects.visible_to(actor).sent())

    def rows(self) -> QuerySet[Comment]:
        return super().rows().filter(request=self._request())

    def _request(self) -> AccessRequest:
        number = public_number(self.kwargs["reference"], "AR")
        row: AccessRequest = AccessRequestView(request=self.request).find(number=number)
        return row

    @write
    @extend_schema(request=NewCommentSerializer, responses={201: AccessCommentSerializer})
    def post(self, request: Request, reference: str) -> HttpResponse:
        """Ask or answer something. Who asked for access, and who has decided, are told."""
        row = self._request()
        allow(self.actor, "governance.comment_request", row)
        made = comment_request(row, actor=self.actor, **self.sent(NewCommentSerializer))
        shown = {"id": made.pk, "author": self.actor.username, "text": made.text, "at": made.at}
        return self.answer(shown, status=201)


class WithdrawView(OfAccessRequest):
    """Take a request back."""

    required_scopes = {"POST": Scope.ACCESS_REQUEST}

    @write
    @extend_schema(request=WithdrawSerializer, responses=AccessRequestSerializer)
    def post(self, request: Request, reference: str) -> HttpResponse:
        """Take it back. What was granted already stays: give that back by revoking the grant."""
        row = self.found(reference, "governance.withdraw_request")
        withdraw_request(row, actor=self.actor, **self.sent(WithdrawSerializer))
        return whole(request, row)


class EmergencyReviewView(OfAccessRequest):
    """The review of break-glass access."""

    required_scopes = {"POST": Scope.ACCESS_DECIDE}

    @write
    @extend_schema(request=ReviewSerializer, responses=AccessRequestSerializer)
    def post(self, request: Request, reference: str) -> HttpResponse:
        """Say afterwards whether it was right. Where it was not, what still holds ends."""
        row = self.found(reference, "governance.review_emergency")
        review_emergency(row, actor=self.actor, **self.sent(ReviewSerializer))
        return whole(request, row)


def items_of(row: AccessRequest) -> list[RequestItem]:
    return list(row.items.select_related("version__feature__view", "version__feature__project"))


def items_named(row: AccessRequest, references: Sequence[str]) -> list[RequestItem]:
    """The items of a request that a body names. Raises Invalid, which names each that it does not hold."""
    held = {str(item.version): item for item in items_of(row)}
    missing = [index for index, one in enumerate(references) if one not in held]
    if missing:
        raise Invalid(f"{row} does not ask for all of these.", errors=[_not_in(row, references, at) for at in missing])
    return [held[one] for one in references]


def _not_in(row: AccessRequest, references: Sequence[str], index: int) -> dict[str, str]:
    detail = f"{row} does not ask for {references[index][:200]}. Write project.view.feature@number."
    return {"pointer": f"/features/{index}", "code": "not_in_request", "detail": detail}


def whole(request: Request, row: AccessRequest, *, status: int = 200) -> HttpResponse:
    """It as it is now, with what became of each feature and what was said."""
    view = AccessRequestView(request=request)
    response = view.answer_shown(view.show(number=row.pk, selection=WHOLE), status=status)
    if status == 201:
        response["Location"] = reverse("api:access-request", args=[row.public_id])
    return response
