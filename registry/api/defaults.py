"""Defaults for services: what to use when a value or a whole store is missing."""

from dataclasses import asdict
from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from common.json import dumps
from common.strict import Text
from registry.api.consumers import PROJECT, found_consumer
from registry.api.endpoints import Endpoint
from registry.choices import Scope
from registry.queries.defaults import defaults_of, read_by, read_until
from registry.signing import endorsements, public_keys, sign

# How long a bundle may be used when Charter cannot be asked for a newer one.
GOOD_FOR = timedelta(days=8)


class DefaultSerializer(serializers.Serializer):
    reference = serializers.CharField()
    status = serializers.CharField(help_text="State of the version, or unknown.")
    served = serializers.CharField(help_text="What to use: value, default or nothing.")
    dtype = serializers.CharField()
    default = serializers.JSONField(allow_null=True)
    default_policy = serializers.CharField()
    is_withheld = serializers.BooleanField(help_text="There is one, and it is somebody's value.")
    is_nullable = serializers.BooleanField(allow_null=True)
    is_personal = serializers.BooleanField()
    sunset_on = serializers.DateField(allow_null=True)
    replacement = serializers.CharField(allow_null=True)


class DefaultsSerializer(serializers.Serializer):
    data = DefaultSerializer(many=True)


class ReferencesSerializer(serializers.Serializer):
    features = serializers.ListField(child=Text(max_length=600), min_length=1, max_length=500)


class DefaultsView(Endpoint):
    """Defaults of up to 500 versions, in the order asked for."""

    required_scopes = {"POST": Scope.FEATURES_READ}

    @extend_schema(request=ReferencesSerializer, responses=DefaultsSerializer)
    def post(self, request: Request) -> HttpResponse:
        asked = self.sent(ReferencesSerializer)["features"]
        return self.answer({"data": [asdict(one) for one in defaults_of(asked, self.actor)]})


class BundleSerializer(serializers.Serializer):
    """`payload` is JSON as text, signed byte for byte: {consumer, issued_at, expires_at, data}.

    In `data` every feature has `closes_at` beside its default. Null: it may be served on while Charter is away.
    Personal features have a time, after which they are not to be served, neither value nor default: the end of the
    consumer's last living grant, and the bundle's own beginning where there is none.
    """

    payload = serializers.CharField()
    key_id = serializers.CharField()
    signature = serializers.CharField(help_text="Ed25519 over the payload, base64.")


class BundleView(Endpoint):
    """The defaults of all that a consumer reads, signed, for keeping on disk."""

    required_scopes = {"GET": Scope.FEATURES_READ}
    parameters = {"GET": (PROJECT,)}
    other_problems = {"GET": (409,)}

    @extend_schema(responses=BundleSerializer)
    def get(self, request: Request, key: str) -> HttpResponse:
        consumer = found_consumer(self.actor, key, request.query_params.get("project"))
        # Of the day, not of the second: the same content has the same tag until tomorrow.
        issued = datetime.combine(timezone.now().date(), time(), tzinfo=timezone.get_default_timezone())
        found = defaults_of(read_by(consumer, self.actor), self.actor)
        ends = read_until(consumer, [one.reference for one in found if one.is_personal])
        payload = dumps({
            "consumer": str(consumer), "issued_at": issued, "expires_at": issued + GOOD_FOR,
            "data": [
                asdict(one) | {"closes_at": ends.get(one.reference, issued) if one.is_personal else None}
                for one in found
            ],
        })  # fmt: skip
        caching = {"Cache-Control": "private, no-cache, stale-if-error=86400"}
        return self.answer({"payload": payload.decode(), **sign(payload)}, headers=caching)


class SignatureKeysSerializer(serializers.Serializer):
    keys = serializers.DictField(child=serializers.CharField(), help_text="Base64 Ed25519 public keys by name.")
    endorsements = serializers.DictField(
        child=serializers.DictField(child=serializers.CharField()),
        help_text='By name, earlier keys\' signatures over "charter public key " and its 32 bytes.',
    )


class SignatureKeysView(Endpoint):
    """The public keys that bundles are checked with."""

    required_scopes = {"GET": Scope.FEATURES_READ}

    @extend_schema(responses=SignatureKeysSerializer)
    def get(self, request: Request) -> HttpResponse:
        keys: dict[str, Any] = {"keys": public_keys(), "endorsements": endorsements()}
        return self.answer(keys)
