"""Search: ranked hits with the reasons for their order, suggestions while typing, and pasted texts resolved."""

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from common.pagination import LIMIT_SCHEMA
from common.parameters import Parameter
from registry.api.endpoints import Endpoint
from registry.api.found import FACETS, RANKED, beside, searched
from registry.choices import Health, PrivacyClass, Scope, VersionState
from registry.filters import FeatureFilter
from registry.references import format_feast, parse_key
from registry.search import Hit, Target, resolve, suggest
from registry.serializers.requests import TextSerializer

MOST_SUGGESTIONS = 20
_ROUTES = {"feature": "api:feature", "view": "api:view", "team": "api:team", "project": "api:project",
           "consumer": "api:consumer", "pull": "api:operation"}  # fmt: skip


class FactorSerializer(serializers.Serializer):
    label = serializers.CharField()
    value = serializers.FloatField()
    reason = serializers.CharField()


class MarkSerializer(serializers.Serializer):
    start = serializers.IntegerField()
    end = serializers.IntegerField()


class HitSerializer(serializers.Serializer):
    """A feature found. All of its factors multiplied are its score."""

    key = serializers.CharField()
    reference = serializers.CharField()
    project = serializers.CharField()
    view = serializers.CharField(help_text="project.view")
    name = serializers.CharField()
    description = serializers.CharField()
    version = serializers.IntegerField()
    status = serializers.ChoiceField(VersionState.choices)
    health = serializers.ChoiceField(Health.choices)
    privacy_class = serializers.ChoiceField(PrivacyClass.choices, allow_blank=True)
    dtype = serializers.CharField()
    owner = serializers.CharField(allow_null=True, help_text="Slug of the team.")
    entities = serializers.ListField(child=serializers.CharField())
    models_count = serializers.IntegerField()
    null_rate = serializers.FloatField(allow_null=True)
    score = serializers.FloatField()
    factors = FactorSerializer(many=True)
    name_marks = MarkSerializer(many=True, help_text="Where the name matched, in characters.")
    description_marks = MarkSerializer(many=True)
    replaces = serializers.ListField(child=serializers.CharField(), help_text="Deprecated features it stands for.")
    through = serializers.CharField(help_text="The deprecated feature that matched, if it was one of those.")


class OptionSerializer(serializers.Serializer):
    value = serializers.CharField()
    label = serializers.CharField()
    count = serializers.IntegerField()
    is_selected = serializers.BooleanField()


class FacetSerializer(serializers.Serializer):
    name = serializers.CharField()
    legend = serializers.CharField()
    options = OptionSerializer(many=True)
    is_exact = serializers.BooleanField()


class CorrectionSerializer(serializers.Serializer):
    words = serializers.ListField(child=serializers.ListField(child=serializers.CharField()), help_text="[typed, used]")
    query = serializers.CharField(help_text="What was searched instead.")


class SearchPageSerializer(serializers.Serializer):
    data = HitSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    total = serializers.IntegerField()
    is_total_exact = serializers.BooleanField(help_text="If not, there are at least that many.")
    correction = CorrectionSerializer(allow_null=True)
    notes = serializers.ListField(child=serializers.CharField(), help_text="What of the query could not be used.")
    nearest = serializers.ListField(child=serializers.CharField(), help_text="Without hits: words near to those typed.")
    facets = FacetSerializer(many=True, required=False)


def _facet_parameters() -> list[Parameter]:
    filters = FeatureFilter.base_filters
    return [Parameter(name, str(filters[name].extra.get("help_text", "")), many=True) for name in FACETS]


class SearchView(Endpoint):
    """Search features: the same as the search page, with why each hit stands where it stands."""

    required_scopes = {"GET": Scope.FEATURES_READ}
    parameters = {
        "GET": (
            Parameter("q", "What to search for, in the words of the search page."),
            Parameter("sort", "The order.", choices=RANKED),
            Parameter("cursor", "`next_cursor` of the page before."),
            Parameter("limit", "Hits in a page.", LIMIT_SCHEMA),
            Parameter("facets", "Whether to count how many features have each value.", choices=("true", "false")),
            *_facet_parameters(),
        )
    }

    @extend_schema(responses=SearchPageSerializer)
    def get(self, request: Request) -> HttpResponse:
        page = searched(self.actor, request.query_params)
        hits = [_said(hit) for hit in page.hits]
        data = {"data": hits, "next_cursor": page.next_cursor or None, **beside(page, request.query_params)}
        return self.answer(data)


def _said(hit: Hit) -> dict[str, Any]:
    return {
        "key": hit.key,
        "reference": hit.reference,
        "project": hit.project,
        "view": f"{hit.project}.{hit.view}",
        "name": hit.name,
        "description": hit.description,
        "version": hit.number,
        "status": hit.state,
        "health": hit.health,
        "privacy_class": hit.privacy_class,
        "dtype": hit.dtype,
        "owner": hit.owner or None,
        "entities": hit.entities,
        "models_count": hit.models_count,
        "null_rate": hit.null_rate,
        "score": hit.score,
        "factors": [factor._asdict() for factor in hit.factors],
        "name_marks": [mark._asdict() for mark in hit.name_marks],
        "description_marks": [mark._asdict() for mark in hit.description_marks],
        "replaces": hit.replaces,
        "through": hit.through,
    }


class SuggestionSerializer(serializers.Serializer):
    label = serializers.CharField()
    note = serializers.CharField()
    url = serializers.CharField(help_text='The page it leads to; "" when it is text to insert.')
    insert = serializers.CharField(help_text="The rest of the word being typed.")


class SuggestionGroupSerializer(serializers.Serializer):
    label = serializers.CharField()
    items = SuggestionSerializer(many=True)


class SuggestionsSerializer(serializers.Serializer):
    data = SuggestionGroupSerializer(many=True)


class SuggestView(Endpoint):
    """What could be meant by what has been typed so far."""

    required_scopes = {"GET": Scope.FEATURES_READ}
    parameters = {"GET": (Parameter("q", "What has been typed so far."),)}

    @extend_schema(responses=SuggestionsSerializer)
    def get(self, request: Request) -> HttpResponse:
        groups = suggest(self.actor, request.query_params.get("q", ""))
        return self.answer({"data": [asdict(group) for group in groups]})


class TargetSerializer(serializers.Serializer):
    """Something that the text names: a feature, view, source, team, person, project, consumer, pull, table or job."""

    kind = serializers.CharField()
    key = serializers.CharField()
    label = serializers.CharField()
    note = serializers.CharField()
    version = serializers.IntegerField(allow_null=True, help_text="For features: null without one of that number.")
    feast_reference = serializers.CharField(allow_null=True, help_text="For features: what Feast calls it.")
    url = serializers.CharField(help_text="Its page.")
    api_url = serializers.CharField(allow_null=True, help_text="Its address in this API, if it has one.")


class TargetsSerializer(serializers.Serializer):
    data = TargetSerializer(many=True)


class ResolveView(Endpoint):
    """What does this text name? Takes keys, Feast references, tables, jobs, mail addresses, and addresses of pages."""

    required_scopes = {"POST": Scope.FEATURES_READ}

    @extend_schema(request=TextSerializer, responses=TargetsSerializer)
    def post(self, request: Request) -> HttpResponse:
        text = self.sent(TextSerializer)["text"]
        return self.answer({"data": [_target(target) for target in resolve(self.actor, text)]})


def _target(target: Target) -> dict[str, Any]:
    parsed = parse_key(target.key) if target.kind == "feature" else None
    route = _ROUTES.get(target.kind)
    name = target.key or target.label
    return {
        "kind": target.kind,
        "key": name,
        "label": target.label,
        "note": target.note,
        "version": target.number,
        "feast_reference": format_feast(parsed.view, parsed.feature, target.number) if parsed else None,
        "url": f"{settings.CHARTER_BASE_URL}{target.url}",
        "api_url": f"{settings.CHARTER_BASE_URL}{reverse(route, args=[name])}" if route else None,
    }
