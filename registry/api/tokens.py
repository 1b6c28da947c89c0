"""Access tokens: listed, made, revoked."""

from typing import Any

import orjson
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from common.fields import Selection, json_text
from common.problems import InsufficientScope, Invalid, NotFound
from registry.actions.action import allow
from registry.actions.tokens import create_token, revoke_token
from registry.api.endpoints import Endpoint
from registry.api.lists import ListEndpoint
from registry.api.writes import is_dry, write
from registry.choices import Scope
from registry.filters import TokenFilter
from registry.models import AccessToken, Actor, User
from registry.serializers.requests import NewTokenSerializer
from registry.serializers.tokens import NewlyMadeTokenSerializer, TokenSerializer
from registry.tokens import ID_LENGTH, token_id


class TokenListView(ListEndpoint):
    """Your tokens, revoked and expired ones too; everybody's for administrators and auditors."""

    serializer_class = TokenSerializer
    required_scopes = {"GET": Scope.FEATURES_READ, "POST": Scope.ADMIN}
    sorts = {"-created_at": ("-created", "digest")}
    filterset_class = TokenFilter

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[AccessToken]:
        return AccessToken.known.visible_to(actor)  # type: ignore[arg-type]  # permissions let only users in

    @write
    @extend_schema(request=NewTokenSerializer, responses={201: NewlyMadeTokenSerializer})
    def post(self, request: Request) -> HttpResponse:
        """Make a token. The answer holds its secret, and nothing else ever will."""
        allow(self.actor, "registry.create_token", self.actor)
        sent = self.sent(NewTokenSerializer)
        user = self._user(sent.pop("user", None))
        allow(self.actor, "registry.create_token", user)
        self._refuse_more_than_own(sent["scopes"])
        token, secret = create_token(user, actor=self.actor, **sent)
        headers = {"Location": reverse("api:token", args=[token_id(token)]), "Cache-Control": "no-store"}
        shown = self._shown(token) | {"secret": "" if is_dry(request) else secret}
        return self.answer(shown, status=201, headers=headers)

    def _user(self, username: str | None) -> User:
        if username is None:
            return self.actor
        user = User.objects.filter(username=username).first()
        if user is None:
            detail = "There is nobody called so."
            raise Invalid(detail, errors=[{"pointer": "/user", "code": "unknown_user", "detail": detail}])
        return user

    def _refuse_more_than_own(self, scopes: list[str]) -> None:
        """A token that could make a stronger one would have no limits."""
        own = self.request.auth.scopes if self.request.auth else scopes  # type: ignore[union-attr]
        if more := sorted(set(scopes) - set(own)):
            raise InsufficientScope(f"A token cannot make one that may do more: {', '.join(more)}.")

    def _shown(self, token: AccessToken) -> dict[str, Any]:
        text = json_text(TokenSerializer, Selection(), self.actor)
        return dict(orjson.loads(AccessToken.objects.filter(pk=token.pk).values_list(text).get()[0]))


class TokenView(Endpoint):
    """One token. Each may end itself; ending others takes the scope admin, or a signed-in browser."""

    required_scopes = {"DELETE": ""}

    @write
    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, id: str) -> HttpResponse:
        """Revoke a token. It ends at once and stays in the list."""
        if len(id) != ID_LENGTH or not id.isalnum():
            raise NotFound
        token = AccessToken.known.visible_to(self.actor).filter(digest__startswith=id).first()
        if token is None:
            raise NotFound
        used = self.request.auth
        if used is not None and used != token and Scope.ADMIN not in used.scopes:  # type: ignore[union-attr]
            raise InsufficientScope("A token without the scope admin ends only itself.")
        revoke_token(token, actor=self.actor)
        return HttpResponse(status=204)
