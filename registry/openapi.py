"""How the description of the API says who may call it. Importing this module registers the schemes."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "registry.tokens.TokenAuthentication"
    name = "token"

    def get_security_requirement(self, auto_schema: AutoSchema) -> dict[str, list[Any]]:
        """OpenAPI 3.0 has no scopes for bearer tokens: the operation's description names them."""
        return {self.name: []}

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "charter_pat_… or charter_sa_…"}


class KeyScheme(OpenApiAuthenticationExtension):
    target_class = "registry.tokens.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "apiKey", "in": "header", "name": "X-API-Key"}


class AddressScheme(OpenApiAuthenticationExtension):
    target_class = "registry.tokens.AddressAuthentication"
    name = "address"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "apiKey", "in": "query", "name": "token"}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "registry.tokens.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
