"""Access tokens, without the secret."""

from django.db.models import F
from django.db.models.functions import Left
from rest_framework import serializers

from common.fields import Computed, Resource
from registry.choices import Scope
from registry.tokens import ID_LENGTH


class TokenSerializer(Resource):
    """A key for one person or service. Its secret was shown once, when it was made."""

    id = Computed(serializers.CharField(), lambda at, actor: Left(F(at("digest")), ID_LENGTH))
    name = serializers.CharField()
    user = serializers.CharField(source="user.username")
    scopes = serializers.ListField(child=serializers.ChoiceField(Scope.choices))
    namespaces = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField(source="created")
    expires_at = serializers.DateTimeField(source="expiry", allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True, help_text="To the minute or so.")
    client_version = serializers.CharField(help_text="Of Charter's client that used it last; empty: none has.")


class NewlyMadeTokenSerializer(TokenSerializer):
    secret = serializers.CharField(help_text="Shown this once and kept nowhere.")
