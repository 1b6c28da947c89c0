"""What becomes of a version after it is drafted: published, compared, deprecated, quarantined, retired."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from charter.terms import TERMS
from common import etags
from common.fields import Selection
from common.parameters import Parameter
from common.problems import Invalid, InvalidParameter, NotFound
from registry.actions.action import allow
from registry.actions.edits import edit_deprecation
from registry.actions.endings import retire_version, withdraw_deprecation
from registry.actions.versions import publish_version, quarantine_version, release_version
from registry.api.endpoints import Endpoint
from registry.api.versions import VersionView
from registry.api.writes import write
from registry.choices import Scope, VersionState
from registry.models import Actor, Version
from registry.queries.retirement import blockers_of
from registry.references import split_number
from registry.revisions import revision
from registry.serializers.requests import EditDeprecationSerializer, ReasonSerializer
from registry.serializers.versions import VersionSerializer


class OfVersion(Endpoint):
    """Something of one version."""

    def found(self, key: str, number: int) -> Version:
        """The version as the caller sees it. Raises NotFound."""
        return VersionView(request=self.request).find(key=key, number=number)

    def shown(self, key: str, number: int) -> dict[str, Any]:
        return VersionView(request=self.request).show(key=key, number=number, selection=Selection()).data

    def moved(self, version: Version) -> HttpResponse:
        """The version as it is now."""
        view = VersionView(request=self.request)
        return view.answer_shown(view.show(key=version.feature.key, number=version.number, selection=Selection()))

    def reason(self, permission: str, version: Version) -> str:
        """The reason sent, of somebody who may do this."""
        allow(self.actor, permission, version)
        return self.sent(ReasonSerializer).get("reason", "")


class PublishView(OfVersion):
    """Make a draft active: everybody finds it, and it never changes again."""

    required_scopes = {"POST": Scope.FEATURES_WRITE}

    @write
    @extend_schema(request=ReasonSerializer, responses=VersionSerializer)
    def post(self, request: Request, key: str, number: int) -> HttpResponse:
        version = self.found(key, number)
        reason = self.reason("registry.publish_version", version)
        return self.moved(publish_version(version, actor=self.actor, reason=reason))


class QuarantineView(OfVersion):
    """Stop the use of a version at once, and allow it again."""

    required_scopes = {"POST": Scope.FEATURES_WRITE, "DELETE": Scope.FEATURES_WRITE}

    @write
    @extend_schema(request=ReasonSerializer, responses=VersionSerializer)
    def post(self, request: Request, key: str, number: int) -> HttpResponse:
        """Quarantine it. A reason is needed."""
        version = self.found(key, number)
        reason = self.reason("registry.quarantine_version", version)
        return self.moved(quarantine_version(version, actor=self.actor, reason=reason))

    @write
    @extend_schema(request=None, responses=VersionSerializer)
    def delete(self, request: Request, key: str, number: int) -> HttpResponse:
        """Release it: deprecated again where it was, else active."""
        return self.moved(release_version(self.found(key, number), actor=self.actor))


class AnnouncedEndSerializer(serializers.Serializer):
    """The announced end of a version."""

    deprecated_at = serializers.DateTimeField()
    sunset_on = serializers.DateField()
    reason = serializers.CharField()
    replacement = serializers.CharField(allow_null=True)


class DeprecationView(OfVersion):
    """The announced end of a version. There is none while it is not deprecated."""

    required_scopes = {"GET": Scope.FEATURES_READ, "PUT": Scope.FEATURES_WRITE, "DELETE": Scope.FEATURES_WRITE}
    conditional_methods = ("PUT",)

    @extend_schema(responses=AnnouncedEndSerializer)
    def get(self, request: Request, key: str, number: int) -> HttpResponse:
        version = self.found(key, number)
        if version.state != VersionState.DEPRECATED:
            raise NotFound(f"{version} is {version.state}, not deprecated.")
        return self._answer(version)

    @write
    @extend_schema(request=EditDeprecationSerializer, responses=AnnouncedEndSerializer)
    def put(self, request: Request, key: str, number: int) -> HttpResponse:
        """Deprecate it, or move its sunset. If-Match names the state of the version."""
        version = self.found(key, number)
        allow(self.actor, "registry.deprecate_version", version)
        expected = etags.revision_expected(request._request)
        sent = self.sent(EditDeprecationSerializer)
        named = sent.pop("replacement", None)
        replacement = version_at(self.actor, named, "/replacement") if named else None
        edit_deprecation(version, actor=self.actor, expected=expected, replacement=replacement, **sent)
        return self._answer(self.found(key, number))

    @write
    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, key: str, number: int) -> HttpResponse:
        """Withdraw it: the version stays active."""
        withdraw_deprecation(self.found(key, number), actor=self.actor)
        return HttpResponse(status=204)

    def _answer(self, version: Version) -> HttpResponse:
        shown = self.shown(version.feature.key, version.number)
        data = {name: shown[name] for name in ("deprecated_at", "sunset_on", "replacement")}
        data["reason"] = shown["state_reason"]
        return self.answer(data, revision=revision(version))


def version_at(actor: Actor, reference: str, pointer: str) -> Version:
    """The version that a body names at `pointer`. Raises Invalid."""
    key, number = split_number(reference)
    seen = Version.objects.visible_to(actor).filter(feature__key=key, number__in=[] if number is None else [number])
    found = seen.first()
    if found is None:
        detail = "There is no such version. Write project.view.feature@number."
        raise Invalid(detail, errors=[{"pointer": pointer, "code": "unknown_version", "detail": detail}])
    return found


class BlockerSerializer(serializers.Serializer):
    code = serializers.CharField()
    detail = serializers.CharField()
    consumer = serializers.CharField(help_text="kind:name of who stands in the way; empty when nobody does.")


class CanRetireSerializer(serializers.Serializer):
    ok = serializers.BooleanField()
    blockers = BlockerSerializer(many=True)


class CanRetireView(OfVersion):
    """May this version retire, and if not, what stands in the way?"""

    required_scopes = {"GET": Scope.FEATURES_READ}

    @extend_schema(responses=CanRetireSerializer)
    def get(self, request: Request, key: str, number: int) -> HttpResponse:
        found = blockers_of(self.found(key, number), self.actor)
        blockers = [{"code": one.code, "detail": one.detail, "consumer": one.consumer} for one in found]
        return self.answer({"ok": not blockers, "blockers": blockers})


class RetireView(OfVersion):
    """End a version for good. Its address stays and says what replaced it."""

    required_scopes = {"POST": Scope.FEATURES_WRITE}

    @write
    @extend_schema(request=ReasonSerializer, responses=VersionSerializer)
    def post(self, request: Request, key: str, number: int) -> HttpResponse:
        version = self.found(key, number)
        reason = self.reason("registry.retire_version", version)
        return self.moved(retire_version(version, actor=self.actor, reason=reason))


class TermChangeSerializer(serializers.Serializer):
    term = serializers.CharField()
    old = serializers.JSONField(allow_null=True)
    new = serializers.JSONField(allow_null=True)


class DifferenceSerializer(serializers.Serializer):
    """Terms that differ. Values of personal features are null on both sides."""

    old = serializers.CharField()
    new = serializers.CharField()
    data = TermChangeSerializer(many=True)


class DifferenceView(OfVersion):
    """What differs between this version and another one; the one before it unless `against` says."""

    required_scopes = {"GET": Scope.FEATURES_READ}
    parameters = {"GET": (Parameter("against", "Number of the other version.", OpenApiTypes.INT),)}

    @extend_schema(responses=DifferenceSerializer)
    def get(self, request: Request, key: str, number: int) -> HttpResponse:
        new = self.shown(key, number)
        old = self.shown(key, self._against(request.query_params.get("against"), self.found(key, number)))
        changes = [{"term": name, "old": old[name], "new": new[name]} for name in TERMS if old[name] != new[name]]
        return self.answer({"old": old["reference"], "new": new["reference"], "data": changes})

    def _against(self, said: str | None, version: Version) -> int:
        if said is not None:
            if not said.isdecimal() or len(said) > 9:
                raise InvalidParameter("against is the number of a version.")
            return int(said)
        seen = Version.objects.visible_to(self.actor).filter(feature=version.feature_id, number__lt=version.number)
        before = seen.order_by("-number").values_list("number", flat=True).first()
        if before is None:
            raise NotFound(f"{version} is the first version. Say which one to compare it with: ?against=2")
        return before
