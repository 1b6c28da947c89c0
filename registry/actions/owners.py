"""Who answers for a feature or a feature view. Nobody becomes responsible without having said yes."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from registry.actions.action import Note, action, decided_by, invalid, lock
from registry.actions.managers import take
from registry.actions.telling import tell
from registry.choices import Manager, OfferState
from registry.models import Feature, FeatureView, OwnerOffer, Team, User
from registry.notifications import count_facets
from registry.outbox.letters import Letter

LONGEST_REASON = 2_000


@action("registry.assign_owner")
def assign_owner(
    thing: Feature | FeatureView, note: Note, *, team: Team, actor: User | None, managed_by: str = Manager.PAGE,
    reason: str = "",
) -> Feature | FeatureView:  # fmt: skip
    """Make `team` answer for it from now on. Its members may change it at once, those of the old team no longer.

    A view's features follow it, except those that another team answers for.
    """
    row: Feature | FeatureView = lock(thing)
    take(row, "owner", managed_by)
    note.change("owner", row.owner.slug if row.owner else None, team.slug)
    if isinstance(row, FeatureView):
        now = timezone.now()
        Feature.objects.filter(view=row, owner=row.owner).update(owner=team, changed_at=now)
    row.owner, row.changed_at = team, timezone.now()
    row.save(update_fields=["owner", "managers", "changed_at"])
    count_facets(row.project_id)
    return row


@action("registry.offer_owner")
def offer_owner(
    thing: Feature | FeatureView, note: Note, *, team: Team, actor: User, reason: str = ""
) -> OwnerOffer | None:  # fmt: skip
    """Give it to a team. One's own team answers at once, and administrators decide; another team is asked, and until it
    has accepted, nothing changes. Returns what waits, if anything does."""
    row: Feature | FeatureView = lock(thing)
    giver = row.owner or (row.view.owner if isinstance(row, Feature) else None) or row.project.owner
    if giver == team:
        raise invalid(owner=f"{team} answers for it already.")
    if team.pk in actor.team_ids or actor.is_admin:
        assign_owner(row, team=team, actor=actor, reason=reason)
        return None
    named = {"feature": row} if isinstance(row, Feature) else {"view": row}
    try:
        with transaction.atomic():
            made = OwnerOffer.objects.create(
                giver=giver, team=team, reason=_reason(reason), offered_by=actor, **named
            )  # fmt: skip
    except IntegrityError:
        raise invalid(owner="It is offered to a team already. Take that offer back first.") from None
    note.subject = made
    note.change("offered_to", None, team.slug)
    facts = [("From", str(giver or "nobody")), ("Why", made.reason)]
    letter = Letter(
        paragraphs=(f"{actor} asks whether {team} answers for {row.key} from now on.",),
        facts=[one for one in facts if one[1]], links=[("Answer", made.get_absolute_url())],
        why="You get this because you are in the team that is asked.",
    )  # fmt: skip
    data = {"offer": made.pk, "key": row.key, "team": team.slug}
    title = f"{row.key} is offered to {team}"
    tell("ownership.offered", key=f"offer {made.pk}", title=title, letter=letter, data=data, teams=[team])
    return made


@action("registry.answer_offer")
def answer_offer(offer: OwnerOffer, note: Note, *, actor: User, is_accepted: bool, reason: str = "") -> OwnerOffer:
    """Take it over, or say no and why."""
    if not is_accepted and not reason.strip():
        raise invalid(reason="Say why not. Who asked reads it.")
    row = _ended(offer, OfferState.ACCEPTED if is_accepted else OfferState.DECLINED, note, actor, reason)
    if is_accepted:
        with decided_by(f"Offer {row.pk}"):
            assign_owner(row.thing, team=row.team, actor=actor, reason=row.reason)
    if row.giver is not None:
        what = "answers for it now" if is_accepted else "does not take it"
        letter = Letter(
            paragraphs=[text for text in (f"{row.team} {what}.", row.answer) if text],
            links=[("Open", row.thing.get_absolute_url())], why="You get this because your team has offered it.",
        )  # fmt: skip
        data = {"offer": row.pk, "key": row.thing.key, "team": row.team.slug}
        key, title = f"offer {row.pk} {row.state}", f"{row.thing.key}: {row.team} {what}"
        tell("ownership.answered", key=key, title=title, letter=letter, data=data, teams=[row.giver])
    return row


@action("registry.withdraw_offer")
def withdraw_offer(offer: OwnerOffer, note: Note, *, actor: User, reason: str = "") -> OwnerOffer:
    """Keep it after all."""
    return _ended(offer, OfferState.WITHDRAWN, note, actor, reason)


def _ended(offer: OwnerOffer, state: OfferState, note: Note, actor: User, reason: str) -> OwnerOffer:
    row: OwnerOffer = lock(offer)
    if row.state != OfferState.OPEN:
        raise invalid(offer=f"It is {row.state} already.")
    note.change("state", row.state, state.value)
    row.state, row.decided_by, row.decided_at, row.answer = state, actor, timezone.now(), _reason(reason)
    row.save()
    return row


def _reason(text: str) -> str:
    if len(text) > LONGEST_REASON:
        raise invalid(reason=f"At most {LONGEST_REASON:,} characters.")
    return text.strip()
