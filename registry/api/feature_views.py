"""Feature views."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from common import etags
from common.fields import Selection
from common.problems import NotFound
from registry.actions.edits import edit_view
from registry.actions.registering import create_view
from registry.api.edits import allow_any, visible_project, with_offer, with_team
from registry.api.lists import ListEndpoint
from registry.api.objects import ObjectEndpoint
from registry.api.writes import write
from registry.choices import Scope
from registry.filters import ViewFilter
from registry.models import Actor, FeatureView, User
from registry.revisions import COLUMNS
from registry.serializers.requests import EditViewSerializer, NewViewSerializer
from registry.serializers.views import ViewDetailSerializer, ViewSerializer


class ViewListView(ListEndpoint):
    """Feature views you see, those included that their store has no more."""

    serializer_class = ViewSerializer
    required_scopes = {"GET": Scope.FEATURES_READ, "POST": Scope.FEATURES_WRITE}
    sorts = {"key": ("key",), "-changed_at": ("-changed_at", "-id")}
    filterset_class = ViewFilter

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[FeatureView]:
        return FeatureView.objects.visible_to(actor)

    @write
    @extend_schema(request=NewViewSerializer, responses={201: ViewDetailSerializer})
    def post(self, request: Request) -> HttpResponse:
        """Make a feature view that no store defines yet."""
        sent = with_team(self.sent(NewViewSerializer))
        for name, column in (("ttl_seconds", "ttl"), ("schedule_seconds", "schedule_every")):
            if sent.get(name) is not None:
                sent[column] = timedelta(seconds=sent[name])
            sent.pop(name, None)
        made = create_view(visible_project(self.actor, sent.pop("project")), actor=self.actor, **sent)
        view = ViewView(request=request)
        response = view.answer_shown(view.show(key=made.key, selection=Selection()), status=201)
        response["Location"] = reverse("api:view", args=[made.key])
        return response


class ViewView(ObjectEndpoint):
    """One feature view, with its definition."""

    serializer_class = ViewDetailSerializer
    required_scopes = {"GET": Scope.FEATURES_READ, "PATCH": Scope.FEATURES_WRITE}
    conditional_methods = ("PATCH",)
    revision_columns = COLUMNS[FeatureView]

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[FeatureView]:
        return FeatureView.objects.visible_to(actor)

    @write
    @extend_schema(request=EditViewSerializer)
    def patch(self, request: Request, key: str) -> HttpResponse:
        """Change description, owner or limits of a feature view."""
        view = self.find(key=key)
        allow_any(self.actor, view, "registry.describe_view", "registry.change_slo", "registry.offer_owner")
        expected = etags.revision_expected(request._request)
        sent = self.sent(EditViewSerializer)
        offer = edit_view(view, actor=self.actor, expected=expected, **_with_limits(with_team(sent)))
        return with_offer(self.answer_shown(self.show(key=key, selection=Selection())), offer)


def _with_limits(sent: dict[str, Any]) -> dict[str, Any]:
    """Seconds as the duration that the action wants."""
    if "slo_freshness_seconds" not in sent:
        return sent
    seconds = sent.pop("slo_freshness_seconds")
    return sent | {"slo_freshness": None if seconds is None else timedelta(seconds=seconds)}


def visible_view(actor: User, key: str) -> FeatureView:
    """The view of this key. Raises NotFound for one that does not exist or is hidden."""
    view = FeatureView.objects.visible_to(actor).filter(key=key).first()
    if view is None:
        raise NotFound
    return view
