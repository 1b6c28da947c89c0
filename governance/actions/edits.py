"""Changes on the state that the caller has read, all or none. `expected` is the revision of that state, or "*".

Each function raises ValidationError with the code `changed_meanwhile` when things are in another state by now, and
whatever the single actions raise.
"""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import transaction

from common.locks import wait_for_lock
from governance.actions.committee import change_committee, change_seat, name_delegate
from governance.actions.deciding import decide_request
from governance.actions.proposing import propose_policy
from governance.actions.purposes import change_purpose
from governance.actions.requesting import fill_request, send_request, take_from_basket
from governance.models import AccessRequest, Committee, Decision, Policy, PolicyProposal, Purpose, Seat
from governance.queries.committee import no_seat
from governance.revisions import require
from registry.actions.action import lock
from registry.models import User, Version


@transaction.atomic
def edit_request(
    request: AccessRequest, *, actor: User, expected: str, without: Collection[Version] = (), **said: Any
) -> AccessRequest:  # fmt: skip
    """Change what others asked to change, leave some of it out, and send it again."""
    require(lock(request), expected)
    fill_request(request, actor=actor, **said)
    for version in without:
        take_from_basket(request, actor=actor, version=version)
    return send_request(request, actor=actor)


@transaction.atomic
def decide_as_read(request: AccessRequest, *, actor: User, expected: str, **said: Any) -> list[Decision]:
    """Decide about what was read."""
    require(lock(request), expected)
    return decide_request(request, actor=actor, **said)


@transaction.atomic
def edit_purpose(purpose: Purpose, *, actor: User, expected: str, **said: Any) -> Purpose:
    """Say some of it anew."""
    require(lock(purpose), expected)
    return change_purpose(purpose, actor=actor, **said)


@transaction.atomic
def edit_policy(
    where: tuple[str, str, str], former: Policy | None, *, actor: User, expected: str, **said: Any
) -> PolicyProposal:  # fmt: skip
    """Propose the next version of the policy of a class, setting and environment."""
    wait_for_lock(f"policy:{'.'.join(where)}")
    require(former and lock(former), expected)
    privacy_class, setting, environment = where
    return propose_policy(
        None, actor=actor, privacy_class=privacy_class, setting=setting, environment=environment, **said
    )  # fmt: skip


@transaction.atomic
def edit_committee(*, actor: User, expected: str, **said: Any) -> Committee:
    """Say some of what the committee says about itself anew."""
    require(Committee.objects.select_for_update().filter(pk=1).first() or Committee(), expected)
    return change_committee(None, actor=actor, **said)


@transaction.atomic
def edit_seat(user: User, *, actor: User, expected: str, **said: Any) -> Seat:
    """For how long somebody is on the committee."""
    require(seat_of(user), expected)
    return change_seat(user, actor=actor, **said)


@transaction.atomic
def edit_delegate(
    user: User, *, actor: User, expected: str, delegate: User | None, since: date | None = None,
    until: date | None = None,
) -> Seat:  # fmt: skip
    """Who votes in somebody's place."""
    require(seat_of(user), expected)
    return name_delegate(user, actor=actor, delegate=delegate, since=since, until=until)


def seat_of(user: User) -> Seat:
    """The seat, locked; the usual one for whoever has none."""
    return Seat.objects.select_for_update().filter(user=user).first() or no_seat(user)
