"""What AuthZEN's endpoints have in common."""

from typing import Any

from django.http import HttpResponse
from rest_framework.exceptions import UnsupportedMediaType

from common.json import dumps
from common.limits import RateLimit
from common.problems import Malformed
from governance.authorization.keeping import Asker
from registry.api.endpoints import Endpoint
from registry.choices import Scope


class DecisionRate(RateLimit):
    """Services ask more often than people."""

    policy = "decisions"


class AuthzenEndpoint(Endpoint):
    """Described by the specification, so not in our own description. Answers are for one caller and one moment."""

    schema = None
    required_scopes = {"POST": Scope.AUTHZ_EVALUATE}
    throttle_classes = [DecisionRate]
    http_method_names = ["post"]
    door = "evaluation"
    caching = "no-store"

    def handle_exception(self, exc: Exception) -> Any:
        """The specification has 400 for another content type."""
        if isinstance(exc, UnsupportedMediaType):
            exc = Malformed("The content type is application/json.", fix="Send Content-Type: application/json.")
        return super().handle_exception(exc)

    @property
    def asker(self) -> Asker:
        token = getattr(self.request.auth, "public_id", "")
        return Asker(self.actor.pk, token, self.request.META.get("REQUEST_ID", ""), self.door)

    def said(self, data: object, status: int = 200, **headers: str) -> HttpResponse:
        answer = HttpResponse(dumps(data), status=status, content_type="application/json")
        answer["Cache-Control"] = self.caching
        for name, value in headers.items():
            answer[name] = value
        return answer
