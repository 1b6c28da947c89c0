"""Asking for what one does not see, and answering it. Whoever asks gets the same answer whatever there is."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from common.locks import wait_for_lock
from governance.actions.reasons import SHORTEST_REASON, require_reason
from governance.models import Opening, OpeningState
from registry.actions.action import Note, action, decided_by, invalid, lock
from registry.actions.guests import open_project
from registry.choices import VersionState, Visibility
from registry.models import Feature, FeatureView, Project, Team, User
from registry.references import split_number

MOST_A_DAY = 10
NOT_AGAIN = timedelta(days=30)  # after a no


@action("governance.ask_to_open")
def ask_to_open(_parent: None, note: Note, *, actor: User, reference: str, team: Team, why: str) -> Opening:
    """Ask whoever owns what `reference` names to open its project to the own team. Asking again is no second question:
    not while it waits, and not for a month after a no."""
    name = reference.strip()
    if not 0 < len(name) <= 600:
        raise invalid(reference="Write the whole name, such as project.view.feature.")
    if team.pk not in actor.team_ids:
        raise invalid(team="Choose a team that you are in: it is opened to a team.")
    if len(why.strip()) < SHORTEST_REASON:
        raise invalid(why=f"Say why, in {SHORTEST_REASON} characters or more. Its owners read it.")
    wait_for_lock(f"openings of {actor.pk}")
    if Opening.objects.filter(asked_by=actor, created_at__gt=timezone.now() - timedelta(days=1)).count() >= MOST_A_DAY:
        raise invalid(reference=f"You have asked for {MOST_A_DAY} in a day. Ask for the next one tomorrow.")
    if _is_seen(name, actor):
        raise invalid(reference="You see it already. Ask for access on its page.")
    about = _project_of(name)
    about = None if _is_asked(about, team) else about
    made = Opening.objects.create(reference=name, asked_by=actor, team=team, why=why.strip(), about=about)
    note.subject = made
    note.change("team", None, team.slug)
    return made


def _is_seen(name: str, actor: User) -> bool:
    key, _ = split_number(name)
    seen = Feature.objects.visible_to(actor).filter(key=key).exists()
    return seen or FeatureView.objects.visible_to(actor).filter(key=key).exists()


def _project_of(name: str) -> Project | None:
    """The restricted project of a feature or view of this name. One statement, whatever there is."""
    key, _ = split_number(name)
    features = Feature.objects.filter(key=key, gone_at__isnull=True).exclude(state=VersionState.DRAFT)
    views = FeatureView.objects.filter(key=key, gone_at__isnull=True)
    here = Q(pk__in=features.order_by().values("project")) | Q(pk__in=views.order_by().values("project"))
    return Project.objects.filter(here, visibility=Visibility.RESTRICTED).first()


def _is_asked(about: Project | None, team: Team) -> bool:
    """Whether its owners have this question already, or have said no to it lately. Asked about nothing as well, so that
    both take as long."""
    lately = Q(state=OpeningState.DECLINED, answered_at__gt=timezone.now() - NOT_AGAIN)
    waits = Q(state=OpeningState.ASKED)
    return Opening.objects.filter(waits | lately, about_id=about.pk if about else 0, team=team).exists()


@action("governance.answer_opening")
def open_up(opening: Opening, note: Note, *, actor: User, reason: str = "") -> Opening:
    """Everybody of the team that asks sees the project from now on."""
    row = _asked(opening)
    assert row.about is not None  # noqa: S101  nobody is asked about nothing
    with decided_by(row.public_id):
        open_project(row.about, actor=actor, team=row.team, reason=f"{row} {reason.strip()}".strip())
    return _answer(row, OpeningState.OPENED, note, actor, reason)


@action("governance.answer_opening")
def decline_opening(opening: Opening, note: Note, *, actor: User, reason: str) -> Opening:
    """It stays closed. Who asks does not learn that there is something."""
    row = _asked(opening)
    require_reason(reason)
    return _answer(row, OpeningState.DECLINED, note, actor, reason)


def _asked(opening: Opening) -> Opening:
    row: Opening = lock(opening)
    if row.state != OpeningState.ASKED:
        raise invalid(opening=f"{row} is answered: {row.get_state_display().lower()}.")
    return row


def _answer(row: Opening, state: OpeningState, note: Note, actor: User, reason: str) -> Opening:
    note.change("state", row.state, state.value)
    row.state, row.answered_by, row.answered_at, row.reason = state, actor, timezone.now(), reason.strip()
    row.save(update_fields=["state", "answered_by", "answered_at", "reason"])
    return row
