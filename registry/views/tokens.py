"""Access tokens: one's own, and for administrators and auditors everybody's."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from common.keyset import page as page_of
from registry.actions.tokens import LONGEST_DAYS, create_token, revoke_token
from registry.choices import Scope
from registry.models import AccessToken, User

PUBLIC_ID_LENGTH = 16


class TokenForm(forms.Form):
    """What a token is for, what it may do, and for how long."""

    name = forms.CharField(max_length=120, label="What is it for?", help_text="Such as: checkout service, production")
    scopes = forms.MultipleChoiceField(
        choices=[], widget=forms.CheckboxSelectMultiple, label="What may it do?",
        help_text="It never does more than its owner may.",
    )  # fmt: skip
    days = forms.IntegerField(
        min_value=1, max_value=LONGEST_DAYS, initial=90, label="For how many days?",
        help_text=f"At most {LONGEST_DAYS}. It can be revoked at any time.",
    )  # fmt: skip

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [scope for scope in Scope if actor.is_admin or scope != Scope.ADMIN]
        self.fields["scopes"].choices = [(scope.value, f"{scope.label} ({scope.value})") for scope in offered]  # type: ignore[attr-defined]
        if actor.is_admin:
            self.fields["user"] = forms.ModelChoiceField(
                User.objects.filter(is_service=True, is_active=True), to_field_name="username", required=False,
                empty_label="Myself", label="For whom?", help_text="A service acts under its own name.",
            )  # fmt: skip
            self.order_fields(["name", "user"])


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The list and the form. A new secret is in the answer to this one POST and nowhere else, ever."""
    actor: User = request.user  # type: ignore[assignment]  # login is required
    form = TokenForm(request.POST if request.method == "POST" else None, actor=actor)
    made = _create(form, actor) if request.method == "POST" else None
    is_all = request.GET.get("of") == "all" and _sees_all(actor)
    shown = page_of(_tokens(actor, is_all=is_all), order=("-created", "pk"), after=request.GET.get("after", ""))
    context = {
        "form": TokenForm(actor=actor) if made else form,
        "made": made,
        "page": shown,
        "is_all": is_all,
        "is_mine": not is_all,
        "sees_all": _sees_all(actor),
        "now": timezone.now(),
        "base_url": settings.CHARTER_BASE_URL,
    }
    response = render(request, "registry/token/page.html", context, status=422 if form.errors else 200)
    response["Cache-Control"] = "private, no-store"
    return response


def _create(form: TokenForm, actor: User) -> tuple[AccessToken, str] | None:
    """The token and its secret; None with the form's errors set when it is refused."""
    if not form.is_valid():
        return None
    asked = form.cleaned_data
    user = asked.pop("user", None) or actor
    try:
        return create_token(user, actor=actor, **asked)
    except ValidationError as refusal:
        for name, problems in refusal.message_dict.items():
            form.add_error(name if name in form.fields else None, problems)
        return None


def _tokens(actor: User, *, is_all: bool) -> QuerySet[AccessToken]:
    tokens = AccessToken.known.select_related("user")
    return tokens if is_all else tokens.filter(user=actor)


def _sees_all(actor: User) -> bool:
    return actor.has_perm("registry.list_tokens")


@require_POST
def revoke(request: HttpRequest, token: str) -> HttpResponse:
    """End a token at once. Those of others do not exist for who may not see them."""
    actor: User = request.user  # type: ignore[assignment]
    if len(token) != PUBLIC_ID_LENGTH:
        raise Http404("There is no such token.")
    found = get_object_or_404(_tokens(actor, is_all=_sees_all(actor)), digest__startswith=token)
    revoke_token(found, actor=actor)
    messages.success(request, f"{found.name} is revoked. Calls with it are refused from now on.")
    return redirect(reverse("registry:tokens") + ("" if found.user_id == actor.pk else "?of=all"))
