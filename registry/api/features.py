"""Features: listed, shown, edited, followed."""

from collections.abc import Mapping

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from common import etags
from common.fields import Selection
from common.parameters import Parameter
from common.problems import Invalid, NotFound
from registry.actions.edits import edit_feature
from registry.actions.features import follow_feature, unfollow_feature
from registry.actions.registering import register_feature
from registry.api.edits import allow_any, with_offer, with_team
from registry.api.endpoints import Endpoint
from registry.api.found import RANKED, beside, searched, texts_of
from registry.api.lists import ListEndpoint
from registry.api.numbered import overlaid
from registry.api.objects import ObjectEndpoint, Shown
from registry.api.past import as_it_was, moment
from registry.api.versions import deprecation_of, told
from registry.api.writes import write
from registry.choices import Scope, VersionState
from registry.filters import FeatureFilter
from registry.models import Actor, Feature, User
from registry.models import FeatureView as FeatureParent
from registry.references import split_number
from registry.revisions import COLUMNS
from registry.search import matching
from registry.serializers.features import FeatureSerializer
from registry.serializers.requests import EditFeatureSerializer, NewFeatureSerializer

AS_OF = Parameter(
    "as_of", "As it was at this moment. What pulls measure is not kept, so it is null.", OpenApiTypes.DATETIME
)
SEARCH = (
    Parameter("q", "A search, in the words of the search page. Sorted by relevance unless `sort` says otherwise."),
    Parameter("facets", "With `q`: how many features have each value.", choices=("true", "false")),
)


class FeatureListView(ListEndpoint):
    """Features you see, those included that their store has no more.

    Values of one filter widen, different filters narrow. With `q` this is a search: sorted by best (the default), used
    or fresh it is ranked, counts its facets, and takes the filters that are facets: project, owner, status, class,
    entity, health, store, online, tag. Sorted by key or -changed_at, and as CSV, it takes every filter.
    """

    serializer_class = FeatureSerializer
    required_scopes = {"GET": Scope.FEATURES_READ, "POST": Scope.FEATURES_WRITE}
    parameters = {"GET": SEARCH}
    sorts = {"key": ("key",), "-changed_at": ("-changed_at", "-id")}
    other_sorts = RANKED
    filterset_class = FeatureFilter

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Feature]:
        return Feature.objects.visible_to(actor)

    def get(self, request: Request, **address: str) -> HttpResponseBase:
        query = request.query_params
        is_list = request.accepted_renderer.format == "csv" or query.get("sort") in self.sorts
        if "q" not in query or is_list:
            return super().get(request)
        page = searched(self.actor, query)
        texts = texts_of(self.actor, page, self.selection())
        return self.rows_answer(texts, page.next_cursor or None, **beside(page, query))

    @write
    @extend_schema(request=NewFeatureSerializer, responses={201: FeatureSerializer})
    def post(self, request: Request) -> HttpResponse:
        """Register a feature, as a draft that your team alone sees until its version is published."""
        said, terms = told(self.sent(NewFeatureSerializer))
        view = FeatureParent.objects.visible_to(self.actor).filter(key=said.pop("view")).first()
        if view is None:
            detail = "There is no such view. GET /api/v1/views lists them, POST makes one."
            raise Invalid(detail, errors=[{"pointer": "/view", "code": "unknown_view", "detail": detail}])
        made = register_feature(view, actor=self.actor, terms=terms, **said)
        shown = FeatureView(request=request)
        response = shown.answer_shown(shown.show(key=made.key, selection=Selection()), status=201)
        response["Location"] = reverse("api:feature", args=[made.key])
        return response

    def is_filtered(self) -> bool:
        return "q" in self.request.query_params or super().is_filtered()

    def rows(self) -> QuerySet[Feature]:
        query = self.request.query_params
        return matching(self.actor, query["q"]) if "q" in query else super().rows()


class FeatureView(ObjectEndpoint):
    """One feature. With `@number` behind the key, the facts of that version and its contract."""

    serializer_class = FeatureSerializer
    required_scopes = {"GET": Scope.FEATURES_READ, "PATCH": Scope.FEATURES_WRITE}
    parameters = {"GET": (AS_OF,)}
    conditional_methods = ("PATCH",)
    revision_columns = COLUMNS[Feature]
    fact_columns = ("key", "number", "state")

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Feature]:
        return Feature.objects.visible_to(actor)

    def get(self, request: Request, key: str) -> HttpResponse:
        if "as_of" in request.query_params:
            return self.answer(as_it_was(self.find(key=key), moment(request.query_params["as_of"])))
        name, number = split_number(key)
        if number is None:
            return super().get(request, key=key)
        shown = self.show(key=name)
        data = overlaid(self.actor, {name: shown.data}, [(name, number)], self.selection()).get((name, number))
        if data is None:
            raise NotFound(f"{name} has no version {number}.")
        return self.answer(data, headers=deprecation_of(self.actor, name, number))

    def headers_for(self, shown: Shown) -> Mapping[str, str]:
        if shown.facts["state"] != VersionState.DEPRECATED:
            return {}
        return deprecation_of(self.actor, shown.facts["key"], shown.facts["number"])

    @write
    @extend_schema(request=EditFeatureSerializer)
    def patch(self, request: Request, key: str) -> HttpResponse:
        """Change description, tags or owner of a feature."""
        feature = self.find(key=key)
        allow_any(
            self.actor,
            feature,
            "registry.describe_feature",
            "registry.tag_feature",
            "registry.offer_owner",
            "registry.limit_drift",
        )
        expected = etags.revision_expected(request._request)
        sent = self.sent(EditFeatureSerializer)
        offer = edit_feature(feature, actor=self.actor, expected=expected, **with_team(sent))
        return with_offer(self.answer_shown(self.show(key=key, selection=Selection())), offer)


class FollowView(Endpoint):
    """Whether you follow a feature: then it is on your home page."""

    required_scopes = {"PUT": Scope.FEATURES_WRITE, "DELETE": Scope.FEATURES_WRITE}

    @write
    @extend_schema(request=None, responses={204: None})
    def put(self, request: Request, key: str) -> HttpResponse:
        """Follow a feature. Doing it twice changes nothing."""
        follow_feature(self._feature(key), actor=self.actor)
        return HttpResponse(status=204)

    @write
    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, key: str) -> HttpResponse:
        """Stop following a feature."""
        unfollow_feature(self._feature(key), actor=self.actor)
        return HttpResponse(status=204)

    def _feature(self, key: str) -> Feature:
        return visible_feature(self.actor, key)


def visible_feature(actor: User, key: str) -> Feature:
    """The feature of this key. Raises NotFound for one that does not exist or is hidden."""
    feature = Feature.objects.visible_to(actor).select_related("view", "project").filter(key=key).first()
    if feature is None:
        raise NotFound
    return feature
