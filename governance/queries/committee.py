"""Who is on the committee now, and who may decide about what. Asked of the database each time, never of a session:
rights end with the role, the term, the team."""

from collections.abc import Collection, Sequence
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


@dataclass(frozen=True, slots=True)
class Party:
    """A person with what bars them from deciding: their teams, and conflicts in which they are."""

    user: User
    teams: frozenset[int]
    conflicts: tuple[Conflict, ...]

    def bar(self, request: AccessRequest) -> str:
        """Why they may not decide about it in any place, in words for them; empty when nothing is against it."""
        if self.user.pk == request.requester_id:
            return "You asked for it, so others decide."
        if request.team_id in self.teams:
            return f"{request.consumer} is your own team's, so others decide."
        return next(filter(None, (self._conflict(one, request) for one in self.conflicts)), "")

    def _conflict(self, one: Conflict, request: AccessRequest) -> str:
        pair = {one.user_id, one.person_id}
        if one.kind == ConflictKind.REPORTS_TO and pair == {self.user.pk, request.requester_id}:
            return f"{one.user} reports to {one.person}, so others decide."
        is_declared = one.kind == ConflictKind.DECLARED and one.user_id == self.user.pk
        about = one.person_id == request.requester_id or (one.team_id is not None and one.team_id == request.team_id)
        return f"You have declared an interest in {one.person or one.team}, so others decide." * (is_declared and about)

    def committee_bar(self, request: AccessRequest, requester_teams: frozenset[int]) -> str:
        """The same for a place on the committee, where nobody decides about people of the own teams either."""
        if self.teams & requester_teams:
            return f"You are in a team with {request.requester}, so others decide."
        return self.bar(request)


@dataclass(frozen=True, slots=True)
class Voter:
    """Somebody who may decide, as things are this moment: asked once, for any number of requests."""

    party: Party
    is_person: bool
    is_member: bool
    represented: tuple[Party, ...]

    @classmethod
    def now(cls, user: User) -> "Voter":
        is_person = User.objects.filter(pk=user.pk, is_active=True, is_service=False).exists()
        is_member = is_person and members().filter(pk=user.pk).exists()
        others = [] if is_member or not is_person else list(represented_by(user))
        [mine, *theirs] = parties([user, *others])
        return cls(mine, is_person, is_member, tuple(theirs))

    def standing(
        self, request: AccessRequest, items: Collection[RequestItem], requester_teams: frozenset[int]
    ) -> Standing:  # fmt: skip
        """As what they may decide about these items of a request."""
        own = self.party.teams
        if not self.is_person:
            return Standing(why_not="Only people with an account that is active decide.")
        if why_not := self.party.bar(request):
            return Standing(why_not=why_not, own_teams=own)
        teams = own & {item.owner_id for item in items if item.owner_id and not item.owner_skipped}
        seat, why_not = self._place(request, requester_teams)
        instead = seat.user if seat and seat is not self.party else None
        return Standing(frozenset(teams), seat is not None, instead, "" if teams or seat else why_not, own)

    def _place(self, request: AccessRequest, requester_teams: frozenset[int]) -> tuple[Party | None, str]:
        """In whose place on the committee they vote, the own one first; None with the reason where in nobody's."""
        seats = [self.party] if self.is_member else list(self.represented)
        if seats and (why_not := self.party.committee_bar(request, requester_teams)):
            return None, why_not
        free = (one for one in seats if not one.committee_bar(request, requester_teams))
        return next(free, None), "Its owners and the committee decide about it."


def parties(users: Sequence[User]) -> list[Party]:
    """These people with what bars them, in the same order: two queries for all of them."""
    ids = [one.pk for one in users]
    teams = teams_of(ids)
    rows = Conflict.objects.filter(Q(user__in=ids) | Q(person__in=ids)).select_related("user", "person", "team")
    conflicts = list(rows)
    return [
        Party(one, teams[one.pk], tuple(row for row in conflicts if one.pk in (row.user_id, row.person_id)))
        for one in users
    ]


def teams_of(users: Collection[int]) -> dict[int, frozenset[int]]:
    """By user, the teams that they are in."""
    found: dict[int, set[int]] = {pk: set() for pk in users}
    for user, team in Membership.objects.filter(user__in=found).values_list("user_id", "team_id"):
        found[user].add(team)
    return {pk: frozenset(teams) for pk, teams in found.items()}


def standing(user: User, request: AccessRequest, items: Collection[RequestItem]) -> Standing:
    """As what `user` may decide about these items, as things are this moment."""
    return Voter.now(user).standing(request, items, teams_of([request.requester_id])[request.requester_id])


def why_skipped(owner: Team | None, request: AccessRequest) -> str:
    """Why no owner can decide; empty where somebody of the team can. Written on the item when it is sent."""
    if owner is None:
        return "Nobody owns it."
    if owner.pk == request.team_id:
        return f"{owner} would decide about what it runs itself."
    people = list(owner.members.filter(is_active=True, is_service=False))
    if not people:
        return f"Nobody is left in {owner}."
    if all(one.bar(request) for one in parties(people)):
        return f"Everybody in {owner} is a party to it."
    return ""


@dataclass(frozen=True, slots=True)
class SeatOf:
    """Somebody with the role, a seat, or both. `is_member` says whether they vote today."""

    user: User
    seat: Seat
    is_member: bool

    @property
    def is_chair(self) -> bool:
        return self.is_member and roles.CHAIR in self.user.role_names


def seats() -> list[SeatOf]:
    """Everybody who has a seat or the role, by name."""
    people = User.objects.filter(Q(seat__isnull=False) | Q(groups__name__in=[roles.COMMITTEE, roles.CHAIR])).distinct()
    today = set(members().values_list("pk", flat=True))
    rows = people.select_related("seat__delegate").prefetch_related("groups").order_by("username")
    return [SeatOf(one, _seat(one), one.pk in today) for one in rows]


def seat_shown(user: User) -> SeatOf:
    """The seat of one person; the usual one for whoever has none."""
    found = User.objects.select_related("seat__delegate").get(pk=user.pk)
    return SeatOf(found, _seat(found), members().filter(pk=user.pk).exists())


def _seat(user: User) -> Seat:
    return getattr(user, "seat", None) or no_seat(user)


def no_seat(user: User) -> Seat:
    """What stands for the seat of whoever has none; never saved."""
    seat = Seat(user=user)
    seat.starts_on = None  # type: ignore[assignment]  # it has not begun
    return seat
