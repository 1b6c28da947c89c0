"""What this decision point can do, and where."""

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from governance.api.authzen.endpoint import AuthzenEndpoint

CAPABILITY = "urn:openid:authzen:capability:access-request"
ENDPOINTS = {
    "access_evaluation_endpoint": "authzen:evaluation",
    "access_evaluations_endpoint": "authzen:evaluations",
    "search_subject_endpoint": "authzen:search-subject",
    "search_resource_endpoint": "authzen:search-resource",
    "search_action_endpoint": "authzen:search-action",
    "access_request_endpoint": "authzen:requests",
}


class ConfigurationView(AuthzenEndpoint):
    """For anybody: it names addresses and nothing else."""

    permission_classes = [AllowAny]
    required_scopes = {}
    http_method_names = ["get", "head"]

    def get(self, request: Request) -> HttpResponse:
        base = settings.CHARTER_BASE_URL
        found = {name: f"{base}{reverse(path)}" for name, path in ENDPOINTS.items()}
        answer = self.said({"policy_decision_point": base, **found, "capabilities": [CAPABILITY]})
        answer["Cache-Control"] = "public, max-age=3600"
        return answer
