"""What a submission needs beside the denied question, as JSON Schema."""

from typing import Any

from django.http import HttpResponse
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from governance.actions.requesting import LONGEST_TEXT, SHORTEST_WHY
from governance.api.authzen.endpoint import AuthzenEndpoint

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "What an access request holds beside the denied evaluation",
    "type": "object",
    "required": ["context"],
    "properties": {
        "context": {
            "type": "object",
            "required": ["purpose", "business_justification"],
            "properties": {
                "purpose": {"type": "string", "description": "Name of a registered purpose."},
                "environment": {"type": "string", "maxLength": 40},
                "business_justification": {
                    "type": "string", "minLength": SHORTEST_WHY, "maxLength": LONGEST_TEXT,
                    "description": "What you will do with it. Those who decide read it.",
                },
            },
        },
        "requested_access": {
            "type": "object",
            "properties": {
                "requested_until": {"type": "string", "format": "date-time", "description": "90 days unless given."},
                "emergency": {"type": "boolean", "description": "Break-glass access, for a lead of a team."},
                "incident": {"type": "string", "maxLength": 120, "description": "With emergency: of which incident."},
            },
        },
    },
}  # fmt: skip


class RequestSchemaView(AuthzenEndpoint):
    permission_classes = [AllowAny]
    required_scopes = {}
    http_method_names = ["get", "head"]

    def get(self, request: Request) -> HttpResponse:
        answer = self.said(SCHEMA)
        answer["Content-Type"] = "application/schema+json"
        answer["Cache-Control"] = "public, max-age=3600"
        return answer
