"""Subject, resource and action search, a page at a time."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from django.core import signing
from django.http import HttpResponse
from rest_framework.request import Request

from governance.api.authzen import bodies
from governance.api.authzen.endpoint import AuthzenEndpoint
from governance.authorization.asked import Asked, Resource, Subject
from governance.authorization.deciding import Decided
from governance.authorization.finding import LARGEST_PAGE, USUAL_PAGE, Page, actions, resources, subjects

_SALT = "authzen-page"


class SubjectSearchView(AuthzenEndpoint):
    """Who may do this to this resource?"""

    door = "search"

    def post(self, request: Request) -> HttpResponse:
        body = bodies.whole(request.data)
        subject = bodies.subject(body, is_searched=True)
        asked = Asked(subject, bodies.action(body), bodies.resource(body), **bodies.context(body))
        return self.said(_paged(body, asked, lambda after, most: self._find(asked, after, most), _subject))

    def _find(self, asked: Asked, after: int, most: int) -> Page:
        return subjects(asked, self.actor, self.asker, after=after, limit=most)


class ResourceSearchView(AuthzenEndpoint):
    """To what may this subject do this?"""

    door = "search"

    def post(self, request: Request) -> HttpResponse:
        body = bodies.whole(request.data)
        resource = bodies.resource(body, is_searched=True)
        asked = Asked(bodies.subject(body), bodies.action(body), resource, **bodies.context(body))
        return self.said(_paged(body, asked, lambda after, most: self._find(asked, after, most), _resource))

    def _find(self, asked: Asked, after: int, most: int) -> Page:
        return resources(asked, self.actor, self.asker, after=after, limit=most)


class ActionSearchView(AuthzenEndpoint):
    """What may this subject do to this resource? There are four actions, so there is one page."""

    door = "search"

    def post(self, request: Request) -> HttpResponse:
        body = bodies.whole(request.data)
        asked = Asked(bodies.subject(body), "", bodies.resource(body), **bodies.context(body))
        bodies.optional(body, "page")
        found = [{"name": name} for name in actions(asked, self.actor, self.asker)]
        return self.said({"page": {"next_token": "", "count": len(found)}, "results": found})


def _paged(
    body: Mapping[str, Any], asked: Asked, find: Callable[[int, int], Page], show: Callable[[Decided], dict[str, Any]]
) -> dict[str, Any]:
    """A page and the token of the next one. A token belongs to its question: with another it is an error."""
    page = bodies.optional(body, "page")
    token = bodies.text(page, "token", "/page", is_needed=False)
    after, limit = _place(token, asked) if token else (0, _limit(page))
    if token and page.get("limit") is not None and _limit(page) != limit:
        bodies.fail("/page/limit", "is the same for every page of a search.")
    found = find(after, limit)
    told = [show(one) for one in found.found]
    return {"page": {"next_token": _token(found.after, limit, asked), "count": len(told)}, "results": told}


def _limit(page: Mapping[str, Any]) -> int:
    limit = page.get("limit")
    if limit is None:
        return USUAL_PAGE
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 0:
        bodies.fail("/page/limit", "is a number that is not negative.")
    return min(limit or USUAL_PAGE, LARGEST_PAGE)


def _token(after: int | None, limit: int, asked: Asked) -> str:
    return "" if after is None else signing.dumps([after, limit, _of(asked)], salt=_SALT)


def _place(token: str, asked: Asked) -> tuple[int, int]:
    try:
        after, limit, of = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        bodies.fail("/page/token", "is no token of ours.")
    if of != _of(asked):
        bodies.fail("/page/token", "belongs to another question. Ask the same one for the next page.")
    return after, limit


def _of(asked: Asked) -> str:
    """What a token is for. The signature hides nothing, so it is a digest."""
    return signing.Signer(salt=_SALT).signature(orjson.dumps(asked).decode())


def _subject(one: Decided) -> dict[str, Any]:
    subject: Subject = one.asked.subject
    said: dict[str, Any] = {"type": subject.type, "id": subject.id}
    return said | {"properties": {"project": subject.project}} if subject.project else said


def _resource(one: Decided) -> dict[str, Any]:
    resource: Resource = one.asked.resource
    return {"type": resource.type, "id": resource.id}
