"""Who is on the committee now, and who may decide about what. Asked of the database each time, never of a session:
rights end with the role, the term, the team."""

from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from governance.models import AccessRequest, Committee, Conflict, ConflictKind, RequestItem, Seat
from registry import roles
from registry.models import Membership, Team, User


def committee() -> Committee:
    """As it describes itself; the usual one while nobody has."""
    return Committee.objects.filter(pk=1).first() or Committee()


def members() -> QuerySet[User]:
    """People on the committee today: active, with the role, and not outside of the term that their seat states."""
    today = timezone.now().date()
    roles_held = User.groups.through.objects.filter(user=OuterRef("pk"), group__name__in=[roles.COMMITTEE, roles.CHAIR])
    is_over = Q(ends_on__lt=today) | Q(starts_on__gt=today)
    outside = Seat.objects.filter(is_over, user=OuterRef("pk"))
    return User.objects.filter(Exists(roles_held), ~Exists(outside), is_active=True).order_by("username")


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with a role on the committee. `why_not` says why they do not vote today; empty while they do."""

    user: User
    seat: Seat | None
    is_chair: bool
    why_not: str

    @property
    def is_officer(self) -> bool:
        return bool(self.seat and self.seat.is_officer)

    @property
    def delegate(self) -> User | None:
        """Who votes in their place today."""
        today, seat = timezone.now().date(), self.seat
        if seat is None or seat.delegate_from is None or seat.delegate_until is None:
            return None
        return seat.delegate if seat.delegate_from <= today <= seat.delegate_until else None


def seated() -> list[Member]:
    """Everybody with a role on the committee, also outside of their term."""
    holds = User.groups.through.objects.filter(user=OuterRef("pk"))
    rows = User.objects.filter(Exists(holds.filter(group__name__in=[roles.COMMITTEE, roles.CHAIR])), is_active=True)
    rows = rows.annotate(chairs=Exists(holds.filter(group__name=roles.CHAIR))).select_related("seat__delegate")
    return [_member(user) for user in rows.order_by("username")]


def _member(user: User) -> Member:
    seat, today = getattr(user, "seat", None), timezone.now().date()
    why_not = ""
    if seat is not None and seat.starts_on > today:
        why_not = f"From {seat.starts_on:%-d %b %Y}"
    elif seat is not None and seat.ends_on is not None and seat.ends_on < today:
        why_not = f"Term over since {seat.ends_on:%-d %b %Y}"
    return Member(user, seat, user.chairs, why_not)  # type: ignore[attr-defined]  # annotated


def officers() -> list[int]:
    """Users who are data protection officers and on the committee today."""
    return list(members().filter(seat__is_officer=True).values_list("pk", flat=True))


def represented_by(user: User) -> QuerySet[User]:
    """Members of the committee in whose place `user` votes today."""
    today = timezone.now().date()
    return members().filter(seat__delegate=user, seat__delegate_from__lte=today, seat__delegate_until__gte=today)


@dataclass(frozen=True, slots=True)
class Standing:
    """As what somebody may decide about a request: for which teams as owner, on the committee, in whose place.
    `why_not` says why they may not at all, in words for them."""

    teams: frozenset[int] = frozenset()
    is_member: bool = False
    on_behalf_of: User | None = None
    why_not: str = ""
    own_teams: frozenset[int] = field(default=frozenset())

    @property
    def may(self) -> bool:
        return bool(self.teams or self.is_member)

    def is_owner_of(self, item: RequestItem) -> bool:
        return item.owner_id in self.teams

    def is_on_committee_for(self, item: RequestItem) -> bool:
        """Nobody decides on the committee about what the own team owns."""
        return self.is_member and item.owner_id not in self.own_teams


def standing(user: User, request: AccessRequest, items: Collection[RequestItem]) -> Standing:
    """As what `user` may decide about these items, as things are this moment."""
    if not User.objects.filter(pk=user.pk, is_active=True, is_service=False).exists():
        return Standing(why_not="Only people with an account that is active decide.")
    own = _teams_of(user)
    if why_not := conflict(user, request, own):
        return Standing(why_not=why_not, own_teams=own)
    teams = own & {item.owner_id for item in items if item.owner_id and not item.owner_skipped}
    seat, why_not = _place(user, request, own)
    found = Standing(frozenset(teams), seat is not None, None if seat == user else seat, own_teams=own)
    return found if found.may else Standing(why_not=why_not, own_teams=own)


def _place(user: User, request: AccessRequest, own: frozenset[int]) -> tuple[User | None, str]:
    """In whose place on the committee `user` votes, the own one first; None with the reason where in nobody's."""
    seats = [user] if members().filter(pk=user.pk).exists() else list(represented_by(user))
    if seats and own & _teams_of(request.requester):
        return None, f"You are in a team with {request.requester}, so others decide."
    free = [one for one in seats if one == user or not _bars(one, request)]
    return (free[0], "") if free else (None, "Its owners and the committee decide about it.")


def _bars(member: User, request: AccessRequest) -> bool:
    """Whether a member could not vote themselves: then nobody does in their place."""
    own = _teams_of(member)
    return bool(conflict(member, request, own) or own & _teams_of(request.requester))


def conflict(user: User, request: AccessRequest, own: frozenset[int]) -> str:
    """Why somebody may not decide about a request in any place, in words for them; empty when nothing is against it.
    `own` are the user's teams."""
    if user.pk == request.requester_id:
        return "You asked for it, so others decide."
    if request.team_id in own:
        return f"{request.consumer} is your own team's, so others decide."
    return _declared(user, request)


def _declared(user: User, request: AccessRequest) -> str:
    requester = request.requester
    between = Q(user=user, person=requester) | Q(user=requester, person=user, kind=ConflictKind.REPORTS_TO)
    found = Conflict.objects.filter(between | Q(user=user, team=request.team_id or 0)).first()
    if found is None:
        return ""
    if found.kind == ConflictKind.REPORTS_TO:
        return f"{found.user} reports to {found.person}, so others decide."
    return f"You have declared an interest in {found.person or found.team}, so others decide."


def _teams_of(user: User) -> frozenset[int]:
    return frozenset(Membership.objects.filter(user=user).values_list("team_id", flat=True))


def why_skipped(owner: Team | None, request: AccessRequest) -> str:
    """Why no owner can decide; empty where somebody of the team can. Written on the item when it is sent."""
    if owner is None:
        return "Nobody owns it."
    if owner.pk == request.team_id:
        return f"{owner} would decide about what it runs itself."
    people = list(owner.members.filter(is_active=True, is_service=False))
    if not people:
        return f"Nobody is left in {owner}."
    if all(conflict(one, request, _teams_of(one)) for one in people):
        return f"Everybody in {owner} is a party to it."
    return ""
