"""Plans: worked out, approved, applied. All of a plan happens, or nothing."""

from collections.abc import Sequence
from hashlib import blake2b

from django.utils import timezone

from charter.files.folders import Checked, check_texts
from registry import roles
from registry.actions.action import Note, action, decided_by, invalid, lock
from registry.actions.applying import apply_changes
from registry.actions.telling import tell
from registry.choices import PlanState
from registry.models import Approval, Plan, Team, User
from registry.notifications import gathered
from registry.outbox.letters import Letter
from registry.plans.ground import Ground, projects_of
from registry.plans.outcome import COMMITTEE, as_json, unmet, work_out
from registry.queries.readers import readers_of_keys

MOST_VIEWS, MOST_VERSIONS = 5_000, 50_000


@action("registry.make_plan")
def make_plan(
    _nothing: None, note: Note, *, actor: User, texts: Sequence[tuple[str, str]], checked: Checked, source: str = "",
    commit: str = "", takes_over: bool = False,
) -> Plan:  # fmt: skip
    """Work out what the files would change. `checked` is what `check_texts` says of them; it has no faults."""
    _refuse_too_much(checked)
    ground = Ground(checked.views, actor)
    outcome = work_out(ground, source=source, takes_over=takes_over, today=timezone.now().date())
    changes, needs = as_json(outcome)
    plan = Plan.objects.create(
        created_by=actor, source=source, commit=commit, takes_over=takes_over, texts=[list(one) for one in texts],
        base=outcome.base, changes=changes, needs=needs, impact=readers_of_keys(sorted(outcome.touched), actor),
    )  # fmt: skip
    plan.projects.set(projects_of(checked.views, ground))
    note.subject = plan
    if not plan.counts["error"]:
        for need in plan.needs:
            _ask(plan, need["party"], need["reasons"])
    return plan


def _ask(plan: Plan, party: str, reasons: Sequence[str]) -> None:
    """Tell whom it waits for: once a day for the plans of one repository, however often its pipeline makes one."""
    letter = Letter(
        paragraphs=(f"{plan.created_by} has made {plan} from {plan.source or 'files'}. {' '.join(reasons)}",),
        links=[("Look at it", plan.get_absolute_url())],
        why="You get this because the plan cannot be applied without you.",
    )  # fmt: skip
    said = f"{plan.source} {timezone.now().date()}" if plan.source else str(plan)
    key = f"plan.waiting {party} {blake2b(said.encode(), digest_size=16).hexdigest()}"
    users = User.objects.filter(groups__name__in=[roles.COMMITTEE, roles.CHAIR], is_active=True).exclude(
        pk=plan.created_by_id
    )
    data = {"plan": str(plan), "party": party, "source": plan.source}
    tell(
        "plan.waiting", key=key, title=f"{plan} waits for {party.removeprefix('team:')}", letter=letter, data=data,
        teams=Team.objects.filter(slug=party.removeprefix("team:")) if party != COMMITTEE else (),
        users=users.distinct() if party == COMMITTEE else (),
    )  # fmt: skip


@action("registry.approve_plan")
def approve_plan(plan: Plan, note: Note, *, actor: User, party: str, about: str = "") -> Approval:
    """Say yes for a team, as its member, or for the committee, as somebody who did not make the plan."""
    row: Plan = lock(plan)
    _require_open(row)
    if party not in {one["party"] for one in row.needs}:
        raise invalid(party=f"{row} does not need {party}.")
    if not may_approve(row, party, actor):
        raise invalid(party=f"You cannot approve {row} for {party}.")
    approval, _ = Approval.objects.get_or_create(plan=row, party=party, defaults={"given_by": actor, "note": about})
    note.change("approved_for", None, party)
    return approval


def may_approve(plan: Plan, party: str, actor: User) -> bool:
    """A member of the team; for the committee one of its members other than the plan's maker."""
    if party == COMMITTEE:
        return plan.created_by_id != actor.pk and bool(actor.role_names & {roles.COMMITTEE, roles.CHAIR})
    return actor.memberships.filter(team__slug=party.removeprefix("team:")).exists()


@action("registry.apply_plan")
def apply_plan(plan: Plan, note: Note, *, actor: User) -> Plan:
    """Do everything that the plan says, or nothing. Applying it again changes nothing.

    Raises ValidationError: it has errors, waits for approval, has expired, or the registry has moved on since.
    """
    row: Plan = lock(plan)
    if row.state == PlanState.APPLIED:
        return row
    _require_ready(row)
    checked = check_texts((path, text) for path, text in row.texts)
    ground = Ground(checked.views, row.created_by)
    # Worked out anew on the state as it is now: rights may have ended since.
    outcome = work_out(ground, source=row.source, takes_over=row.takes_over, today=timezone.now().date())
    if bytes(row.base) != outcome.base or as_json(outcome) != (row.changes, row.needs):
        raise invalid(plan=f"The registry has changed since {row} was made. Plan again.")
    with decided_by(row.public_id), gathered():
        apply_changes(outcome.by_view, ground, actor=actor, source=row.source)
    row.state, row.applied_at, row.applied_by = PlanState.APPLIED, timezone.now(), actor
    row.save(update_fields=["state", "applied_at", "applied_by"])
    note.change("state", PlanState.OPEN.value, row.state.value)
    return row


def _require_open(row: Plan) -> None:
    if row.state == PlanState.APPLIED:
        raise invalid(plan=f"{row} is applied already.")
    if row.is_expired:
        raise invalid(plan=f"{row} has expired. Plan again.")


def _require_ready(row: Plan) -> None:
    _require_open(row)
    if row.counts["error"]:
        raise invalid(plan=f"{row} has {row.counts['error']} errors. Mend the files and plan again.")
    if missing := unmet(row.needs, row.approvals.values_list("party", flat=True)):
        raise invalid(plan=f"{row} waits for {', '.join(missing)}.")


def _refuse_too_much(checked: Checked) -> None:
    versions = sum(len(feature.versions) for view in checked.views.values() for feature in view.features.values())
    if len(checked.views) > MOST_VIEWS or versions > MOST_VERSIONS:
        raise invalid(files=f"At most {MOST_VIEWS:,} views and {MOST_VERSIONS:,} versions in one plan. Split it.")
    if not checked.views:
        raise invalid(files="There is no feature view in these files.")
