"""What rights in stores look like in JSON, and what is sent about them."""

from typing import Any

from django.db.models import Case, CharField, F, Q, Value, When
from django.db.models.functions import Cast, Concat
from rest_framework import serializers

from common.fields import At, Computed, Resource
from common.strict import Flag, Text
from governance.models import FindingKind, Place, RightState


def _grant(at: At, actor: Any) -> Case:
    """Such as GR-310; null where it is about no grant."""
    number = Concat(Value("GR-"), Cast(F(at("grant_id")), CharField()))
    return Case(When(Q(**{at("grant__isnull"): True}), then=Value(None)), default=number, output_field=CharField())


class RightFindingSerializer(Resource):
    """A difference between what a store lets somebody read and what was granted."""

    kind = serializers.ChoiceField(
        FindingKind.choices,
        help_text="`extra` can read without a grant; `absent` was granted and cannot; `unknown` could not be asked; "
        "`nature` reads whatever is granted, as owners do; `own` is Charter's.",
    )
    connection = serializers.CharField(source="store.connection.slug")
    store = serializers.ChoiceField(Place.choices, source="store.place")
    account = serializers.CharField(help_text="In the store; PUBLIC is everybody.")
    feature = serializers.CharField(source="feature.key", allow_null=True)
    grant = Computed(serializers.CharField(allow_null=True, help_text="Such as GR-310."), _grant)
    how = serializers.CharField()
    first_seen_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()


class AccountSerializer(serializers.Serializer):
    """Who a reader is in a store."""

    id = serializers.IntegerField()
    store = serializers.ChoiceField(Place.choices)
    reader = serializers.CharField(help_text="kind:name, or person:username")
    account = serializers.CharField()


class AccountsSerializer(serializers.Serializer):
    data = AccountSerializer(many=True)


class NewAccountSerializer(serializers.Serializer):
    store = serializers.ChoiceField(Place.choices)
    reader = Text(max_length=330, help_text="kind:name, or person:username")
    account = Text(max_length=63, help_text="The reader's role in PostgreSQL, or user in Redis; nobody else's.")


class StoreRightSerializer(serializers.Serializer):
    """A right that Charter gives, or is refused."""

    account = serializers.CharField()
    reads = serializers.CharField()
    state = serializers.ChoiceField(RightState.choices)
    problem = serializers.CharField(help_text="Why the store refuses; empty where it does not.")
    grants = serializers.ListField(child=serializers.CharField())


class GuardedStoreSerializer(serializers.Serializer):
    """A store that keeps rights. Its password is never told."""

    store = serializers.ChoiceField(Place.choices)
    product = serializers.CharField()
    is_on = serializers.BooleanField(help_text="Grants begin once this store has given their rights.")
    login = serializers.CharField(help_text="Who grants; empty: who measures.")
    schemas = serializers.ListField(child=serializers.CharField())
    checked_at = serializers.DateTimeField(allow_null=True)
    problem = serializers.CharField(help_text="Why it could not be asked who reads what.")
    rights = StoreRightSerializer(many=True)


class GuardedStoresSerializer(serializers.Serializer):
    data = GuardedStoreSerializer(many=True)


class EditGuardedStoreSerializer(serializers.Serializer):
    """JSON Merge Patch. The team of the connection switches on and off; administrators say as whom to grant."""

    is_on = Flag(required=False)
    login = Text(required=False, allow_blank=True, max_length=63)
    password = Text(required=False, allow_blank=True, max_length=500, help_text="Goes in and never comes out.")
    schemas = serializers.ListField(child=Text(max_length=63), required=False, max_length=50)
