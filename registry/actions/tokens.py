"""Access tokens: made, revoked, and the last use of each noted."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta

from django.db import connection as database
from django.utils import timezone

from registry.actions.action import Note, action, invalid, lock
from registry.choices import Scope
from registry.models import AccessToken, User

LONGEST_DAYS = 365
PERSON_PREFIX, SERVICE_PREFIX = "charter_pat_", "charter_sa_"

_NOTE_USES = """
UPDATE registry_accesstoken held SET last_used_at = greatest(held.last_used_at, seen.at),
  client_version = coalesce(seen.client, held.client_version),
  client_used_at = greatest(held.client_used_at, seen.client_at)
FROM (SELECT digest, max(at) AS at, max(at) FILTER (WHERE client <> '') AS client_at,
             (array_agg(client ORDER BY at DESC) FILTER (WHERE client <> ''))[1] AS client
      FROM unnest(%s::text[], %s::text[], %s::timestamptz[]) AS noted(digest, client, at) GROUP BY digest) AS seen
WHERE held.digest = seen.digest AND (held.last_used_at IS NULL OR held.last_used_at < seen.at)
"""


@action("registry.create_token")
def create_token(
    user: User, note: Note, *, actor: User | None, name: str, scopes: Collection[str], days: int = 90,
    namespaces: Collection[str] = (),
) -> tuple[AccessToken, str]:  # fmt: skip
    """A token of `user` and its secret, which is shown this once and kept nowhere.

    Everybody makes tokens for themselves; an administrator makes them for services too.
    """
    _check(name, scopes, days)
    if actor is not None and Scope.ADMIN in scopes and not user.is_admin:
        raise invalid(scopes="Only administrators have tokens with the scope admin.")
    token, secret = AccessToken.objects.create(
        user=user, expiry=timedelta(days=days), prefix=SERVICE_PREFIX if user.is_service else PERSON_PREFIX,
        name=name.strip(), scopes=sorted(scopes), namespaces=list(namespaces),
    )  # fmt: skip
    note.subject = token
    note.changes |= {"user": [None, user.username], "scopes": [None, sorted(scopes)], "days": [None, days]}
    return token, secret


@action("registry.revoke_token")
def revoke_token(token: AccessToken, note: Note, *, actor: User | None) -> AccessToken:
    """End a token at once. It stays in the list, so that everybody can see that it is over."""
    row: AccessToken = lock(token)
    if row.revoked_at is None:
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])
        note.changes["revoked_at"] = [None, row.revoked_at.isoformat()]
    return row


def note_uses(uses: Iterable[tuple[str, str, int]]) -> None:
    """Write when tokens were last used, and with which version of our client: digest, version, seconds since 1970."""
    noted = list(uses)
    moments = [datetime.fromtimestamp(at, UTC) for *_, at in noted]
    with database.cursor() as cursor:
        cursor.execute(_NOTE_USES, [[one[0] for one in noted], [one[1] for one in noted], moments])


def _check(name: str, scopes: Collection[str], days: int) -> None:
    if not isinstance(name, str) or not 1 <= len(name.strip()) <= 120:
        raise invalid(name="Say what the token is for, in 1 to 120 characters.")
    if isinstance(scopes, str) or not scopes or set(scopes) - set(Scope.values):
        raise invalid(scopes=f"Choose one or more of: {', '.join(Scope.values)}.")
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= LONGEST_DAYS:
        raise invalid(days=f"Choose a life of 1 to {LONGEST_DAYS} days.")
