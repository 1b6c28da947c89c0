"""Does a grant still give what it says? It ends with what it was given to, although nobody has revoked it."""

from django.db.models import F, Q
from django.db.models.functions import Now, TruncDate

from common.fields import At
from governance.models import Grant, GrantState
from registry.choices import VersionState

READABLE = (VersionState.ACTIVE, VersionState.DEPRECATED)


def why_not_now(grant: Grant) -> str:
    """Why a standing grant gives nothing now, in a sentence; empty while it does. As the decisions for machines have
    it, for people to read."""
    return why_no_more(grant) if grant.state == GrantState.ACTIVE else ""


def why_no_more(grant: Grant) -> str:
    """The same of a right that is still to be set up: what has lost its cause is not given."""
    return _of_reader(grant) or _of_data(grant)


def _of_reader(grant: Grant) -> str:
    consumer, user = grant.consumer, grant.user
    if consumer is not None and consumer.gone_at is not None:
        return f"{consumer} is gone."
    if consumer is not None and consumer.team_id != grant.team_id:
        return f"{consumer} belongs to another team than when it was granted."
    if user is not None and not user.is_active:
        return f"The account of {user} is closed."
    return ""


def _of_data(grant: Grant) -> str:
    version, purpose = grant.version, grant.purpose
    if version.state not in READABLE:
        return f"{version} is {version.state}."
    if version.privacy_class != grant.privacy_class:
        return f"The class of {version} has changed since."
    if not purpose.is_usable:
        return f"{purpose} has ended or waits for its review."
    if purpose.name not in version.purposes:
        return f"The contract of {version} does not allow {purpose} any more."
    return ""


def holds(at: At) -> Q:
    """The same for the database: active grants that give something now. `at` is the way to a column of the grant."""
    same_team = Q(**{at("consumer__team"): F(at("team"))}) | Q(
        **{at("consumer__team__isnull"): True, at("team__isnull"): True}
    )
    of_reader = Q(**{at("user__is_active"): True}) | Q(same_team, **{at("consumer__gone_at__isnull"): True})
    of_data = Q(**{
        at("version__state__in"): READABLE, at("version__privacy_class"): F(at("privacy_class")),
        at("version__purposes__contains"): [F(at("purpose__name"))], at("purpose__ended_at__isnull"): True,
        at("purpose__review_on__gte"): TruncDate(Now()),
    })  # fmt: skip
    return Q(of_reader, of_data, **{at("state"): GrantState.ACTIVE, at("ends_at__gt"): Now()})
