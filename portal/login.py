"""Signing in: every page needs it, except those that say otherwise."""

from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend as AccountBackend
from django.contrib.auth.middleware import LoginRequiredMiddleware as DjangoLoginRequired
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from registry.models import User

# Machines authenticate with tokens, probes with nothing.
OPEN_PREFIXES = ("/api/", "/access/", "/.well-known/", "/static/", "/accounts/", "/healthz", "/readyz", "/metrics")


class LoginRequiredMiddleware(DjangoLoginRequired):
    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        if request.path.startswith(OPEN_PREFIXES):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(  # type: ignore[override]  # the stubs know redirects only
        self, request: HttpRequest, view_func: Any
    ) -> HttpResponseBase:
        """A part of a page sends the whole page to sign in: the form would otherwise appear in the part's place."""
        if request.headers.get("HX-Request") != "true":
            return super().handle_no_permission(request, view_func)
        page = urlsplit(request.headers.get("HX-Current-URL", "/"))
        there = urlencode({"next": page._replace(scheme="", netloc="").geturl()})
        return HttpResponse(status=401, headers={"HX-Redirect": f"{reverse('account_login')}?{there}"})


class AuthenticationBackend(AccountBackend):
    """Accounts by name or mail address. Whoever is signed in comes with their roles and teams, in one query."""

    def get_user(self, user_id: int) -> User | None:
        user = User.with_standing(user_id)
        return user if self.user_can_authenticate(user) else None


class AccountAdapter(DefaultAccountAdapter):
    """Accounts come from an administrator or from single sign-on; there is no public sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
