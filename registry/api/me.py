"""Who is calling, and what they may."""

from typing import Any

from django.db.models import F
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from registry.api.endpoints import Endpoint
from registry.choices import Scope
from registry.models import AccessToken
from registry.tokens import token_id


class OwnTeamSerializer(serializers.Serializer):
    slug = serializers.CharField()
    is_lead = serializers.BooleanField()


class OwnTokenSerializer(serializers.Serializer):
    id = serializers.CharField()
    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.ChoiceField(Scope.choices))
    namespaces = serializers.ListField(child=serializers.CharField())
    expires_at = serializers.DateTimeField()


class MeSerializer(serializers.Serializer):
    """The caller."""

    username = serializers.CharField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    email = serializers.CharField()
    is_service = serializers.BooleanField()
    roles = serializers.ListField(child=serializers.CharField())
    teams = OwnTeamSerializer(many=True)
    token = OwnTokenSerializer(allow_null=True, help_text="The one this request came with; null in a browser.")


class MeView(Endpoint):
    """Who you are here. Any token may ask."""

    required_scopes = {"GET": ""}

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> HttpResponse:
        user = self.actor
        teams = user.memberships.order_by("team__slug").values("is_lead", slug=F("team__slug"))
        return self.answer(
            {
                "username": user.username,
                "first_name": user.first_name,
                "last_name": user.last_name,
                "email": user.email,
                "is_service": user.is_service,
                "roles": sorted(user.role_names),
                "teams": list(teams),
                "token": _token(request.auth) if isinstance(request.auth, AccessToken) else None,
            }
        )


def _token(token: AccessToken) -> dict[str, Any]:
    return {
        "id": token_id(token),
        "name": token.name,
        "scopes": token.scopes,
        "namespaces": token.namespaces,
        "expires_at": token.expiry,
    }
