"""The audit log for machines: whoever may read its page may read it here."""

from django.db.models import QuerySet
from django.http import HttpResponseBase
from rest_framework.request import Request

from governance.filters import AuditLogFilter
from governance.queries.audit import visible_audit, with_personal
from governance.serializers.audit import AuditEntrySerializer
from registry.actions.action import allow
from registry.api.lists import ListEndpoint
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
