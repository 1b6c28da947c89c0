"""Who is calling: bearer tokens for machines, the session for the browser, and what a token may be used for.

Tokens are found by their digest, in one query with the user's roles and teams. Nothing is written on the way.
"""

import re
import time
from functools import cache
from typing import Any

import pghistory
import redis
import structlog
from django.contrib.auth.models import Group
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.utils import timezone
from knox.crypto import hash_token
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.authentication import SessionAuthentication as BrowserSession
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from common.problems import InsufficientScope
from common.redis import client, key, take_all
from common.statements import A_TEXT, Statement
from registry.choices import Scope
from registry.models import AccessToken, Membership, User

log = structlog.get_logger()
ID_LENGTH = 16
CHALLENGE = 'Bearer realm="charter"'
LAST_USED = "tokens-last-used"  # a Redis hash: digest -> seconds since 1970, and the version of our client if any
_CLIENT = re.compile(r"charter-python/([0-9][0-9A-Za-z.+-]{0,39})")
# In the order of the model, as `from_db` wants them. A password has no business in an API request.
_TOKEN_FIELDS = [one.attname for one in AccessToken._meta.concrete_fields]
_USER_FIELDS = [one.attname for one in User._meta.concrete_fields if one.name != "password"]
_noted: dict[tuple[str, str], int] = {}  # digest, client -> the minute in which this process last noted its use


def token_id(token: AccessToken) -> str:
    """What people and the audit log call a token. The digest of a random secret gives nothing of it away."""
    return token.digest[:ID_LENGTH]


IN_ADDRESSES = (Scope.CALENDAR_READ, Scope.BADGE_READ)


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer charter_pat_…`"""

    def authenticate(self, request: Request) -> tuple[User, AccessToken] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        if len(parts) != 2 or not parts[1].isascii():
            raise AuthenticationFailed("Send the token as: Authorization: Bearer <token>.")
        return self.accept(find(parts[1].decode("ascii")), request)

    def accept(self, token: AccessToken, request: Request) -> tuple[User, AccessToken]:
        _bind(token.user, token_id(token))
        _note_use(token.digest, _client_version(request.headers.get("User-Agent", "")))
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE


class KeyAuthentication(TokenAuthentication):
    """`X-API-Key: charter_sa_…`, as tools send that know no bearer tokens."""

    def authenticate(self, request: Request) -> tuple[User, AccessToken] | None:
        secret = request.headers.get("X-API-Key")
        return self.accept(find(secret), request) if secret else None


class AddressAuthentication(TokenAuthentication):
    """`?token=`, for calendars and pictures, which cannot send headers. Addresses are seen by many: such a token reads
    one thing and nothing else."""

    def authenticate(self, request: Request) -> tuple[User, AccessToken] | None:
        secret = request.query_params.get("token")
        if not secret:
            return None
        token = find(secret)
        if len(token.scopes) != 1 or token.scopes[0] not in IN_ADDRESSES:
            scopes = " or ".join(IN_ADDRESSES)
            raise AuthenticationFailed(f"A token in an address has the scope {scopes} and no other.")
        return self.accept(token, request)


class SessionAuthentication(BrowserSession):
    """The signed-in browser, with CSRF checked on everything that is not a read."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        found = super().authenticate(request)
        if found:
            _bind(found[0], "")
        return found


class HasScope(BasePermission):
    """A token does only what its scopes say. A session is its person, whole."""

    def has_permission(self, request: Request, view: Any) -> bool:
        named = view.required_scopes.get("GET" if request.method == "HEAD" else request.method)
        token: AccessToken | None = request.auth  # type: ignore[assignment]  # TokenAuthentication gives ours
        if not named or token is None or not any_of(named).isdisjoint(token.scopes):
            return True
        scopes = sorted(any_of(named))
        said = " or ".join(scopes)
        raise InsufficientScope(
            f"This needs the scope {said}. The token has: {', '.join(token.scopes) or 'none'}.",
            fix=f"Create a token with the scope {said}.",
            url="/settings/tokens/",
            headers={"WWW-Authenticate": f'{CHALLENGE}, error="insufficient_scope", scope="{" ".join(scopes)}"'},
        )


def any_of(named: str | tuple[str, ...]) -> frozenset[str]:
    """The scopes of which a token needs one."""
    return frozenset([named] if isinstance(named, str) else named)


def find(secret: str) -> AccessToken:
    """The usable token of this secret, with its user. Raises AuthenticationFailed, which says why."""
    rows = _by_digest().rows(digest=hash_token(secret))
    if not rows:
        raise AuthenticationFailed("The token is unknown.")
    row = rows[0]
    split = len(_TOKEN_FIELDS)
    token = AccessToken.from_db("default", _TOKEN_FIELDS, row[:split])
    user = User.from_db("default", _USER_FIELDS, row[split:-2])
    # What `cached_property` would read from the database.
    user.__dict__["role_names"], user.__dict__["team_ids"] = frozenset(row[-2]), frozenset(row[-1])
    token.user = user
    _refuse_unusable(token)
    return token


def _refuse_unusable(token: AccessToken) -> None:
    if token.revoked_at is not None:
        raise AuthenticationFailed(f"The token was revoked on {token.revoked_at:%Y-%m-%d}.")
    if token.expiry is None or token.expiry <= timezone.now():
        raise AuthenticationFailed("The token has expired.")
    if not token.user.is_active:
        raise AuthenticationFailed("The token's user is not active.")


@cache
def _by_digest() -> Statement:
    tokens = AccessToken.objects.filter(digest=A_TEXT).order_by()
    roles = ArraySubquery(Group.objects.filter(user=OuterRef("user_id")).order_by().values("name"))
    teams = ArraySubquery(Membership.objects.filter(user=OuterRef("user_id")).order_by().values("team_id"))
    columns = [*_TOKEN_FIELDS, *(f"user__{name}" for name in _USER_FIELDS), roles, teams]
    return Statement(tokens.values_list(*columns), {A_TEXT: "digest"})


def _bind(user: User, token: str) -> None:
    """Name caller and token in every log line, audit entry and history row of this request."""
    structlog.contextvars.bind_contextvars(user=user.username, token=token, credential=token or "session")
    pghistory.context(user=user.pk, token=token)


def _client_version(agent: str) -> str:
    """Of Charter's own client; empty for others, of which nothing is kept."""
    found = _CLIENT.match(agent)
    return found[1] if found else ""


def _note_use(digest: str, client_version: str) -> None:
    """Remember in Redis that the token was used, once a minute and process. A task writes it to the token later."""
    now = int(time.time())
    if _noted.get((digest, client_version)) == now // 60:
        return
    if len(_noted) > 10_000:
        _noted.clear()
    _noted[digest, client_version] = now // 60
    try:
        client().hset(key(LAST_USED), f"{digest} {client_version}", now)
    except redis.RedisError as error:
        log.warning("token_use_not_noted", reason=str(error))


def take_uses() -> list[tuple[str, str, int]]:
    """The noted uses, which are forgotten here: digest, version of our client or nothing, seconds since 1970. A use
    lost on the way is no loss."""
    return [(*name.partition(" ")[::2], int(seconds)) for name, seconds in take_all(LAST_USED).items()]
