"""The audit log for machines: whoever may read its page may read it here."""

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from common.json import OrjsonRenderer
from common.parameters import Parameter
from common.spreadsheets import CsvRenderer
from governance.audit_export import FORMS, JSONL, export_response
from governance.filters import AuditLogFilter
from governance.queries.audit import visible_audit, with_personal
from governance.serializers.audit import AuditEntrySerializer, ChainSerializer
from registry.actions.action import allow
from registry.api.endpoints import Endpoint
from registry.api.lists import ListEndpoint, described_filter
from registry.chain.state import chain_state
from registry.choices import Scope
from registry.models import Actor, AuditEntry


class AuditLogView(ListEndpoint):
    """Who changed what, when and why: what your team owns, or what your role answers for."""

    serializer_class = AuditEntrySerializer
    required_scopes = {"GET": Scope.FEATURES_READ}
    sorts = {"-id": ("-id",), "id": ("id",)}
    filterset_class = AuditLogFilter

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[AuditEntry]:
        return with_personal(visible_audit(actor))  # type: ignore[arg-type]  # permissions let only users in

    def get(self, request: Request, **address: str) -> HttpResponseBase:
        allow(self.actor, "governance.read_audit", None)
        return super().get(request)


class JsonLines(OrjsonRenderer):
    """Names the format, so that `?format=` knows it."""

    format = "jsonl"
    media_type = JSONL


class AuditExportView(AuditLogView):
    """The audit log as a file that proves itself. Each row has its place in the chain and its hashes; oldest first."""

    renderer_classes = [JsonLines, CsvRenderer]

    def known_parameters(self, method: str) -> list[Parameter]:
        form = Parameter("format", "JSON, an entry a line, or a spreadsheet.", choices=tuple(FORMS))
        return [form, *(described_filter(name, one) for name, one in self.filters().items())]

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[AuditEntry]:
        return visible_audit(actor)  # type: ignore[arg-type]  # permissions let only users in

    @extend_schema(operation_id="audit_log_export", responses={(200, JSONL): str, (200, "text/csv"): str})
    def get(self, request: Request, **address: str) -> HttpResponseBase:
        allow(self.actor, "governance.read_audit", None)
        return export_response(self.filtered(), request.accepted_renderer.format)


class AuditVerificationView(Endpoint):
    """How the chain of the audit log stands. Its head, what waits, when it was last verified and anchored."""

    required_scopes = {"GET": Scope.FEATURES_READ}

    @extend_schema(operation_id="audit_log_verification", responses=ChainSerializer)
    def get(self, request: Request) -> HttpResponse:
        allow(self.actor, "governance.read_audit", None)
        return self.answer(ChainSerializer(chain_state()).data)
