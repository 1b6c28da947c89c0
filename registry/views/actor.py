"""Who asks for a page."""

from django.http import HttpRequest

from registry.models import User


def actor_of(request: HttpRequest) -> User:
    """The person signed in. Pages are never served to anybody else: `LoginRequiredMiddleware` sees to it."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101
    return user
