"""May this actor do this verb to this object? Predicates only; which rows one sees is `visible_to`."""

import rules

from registry import roles
from registry.choices import OwnershipModel
from registry.models import Consumer, Delivery, Feature, FeatureView, OwnerOffer, Plan, Project, Pull, Team, User


def _owner_id(thing: object) -> int | None:
    if isinstance(thing, Team):
        return thing.pk
    if isinstance(thing, Feature):
        return thing.owner_id or thing.view.owner_id or thing.project.owner_id
    if isinstance(thing, FeatureView):
        return thing.owner_id or thing.project.owner_id
    if isinstance(thing, Consumer):
        return thing.team_id
    return getattr(thing, "owner_id", None)


@rules.predicate
def is_active(user: User, _thing: object = None) -> bool:
    return user.is_active


@rules.predicate
def is_owner(user: User, thing: object) -> bool:
    """A living member of the team that answers for it. Asked anew each time: rights end with membership."""
    return user.is_active and _owner_id(thing) in user.team_ids


@rules.predicate
def is_of_a_domain(user: User, project: Project) -> bool:
    """In a team, where the domains own their views: then it may make views that its team answers for."""
    return user.is_active and bool(user.team_ids) and project.ownership_model == OwnershipModel.FEDERATED


@rules.predicate
def is_connection_owner(user: User, pull: Pull) -> bool:
    """A member of the team that answers for the connection a pull runs on."""
    return is_owner(user, pull.connection)


@rules.predicate
def is_webhook_owner(user: User, delivery: Delivery) -> bool:
    """A member of the team whose webhook it went to."""
    return delivery.webhook is not None and is_owner(user, delivery.webhook)


@rules.predicate
def is_admin(user: User, _thing: object = None) -> bool:
    return user.is_admin


@rules.predicate
def is_auditor(user: User, _thing: object = None) -> bool:
    return user.is_active and roles.AUDITOR in user.role_names


@rules.predicate
def may_see(user: User, thing: object) -> bool:
    """The one rule of visibility, asked of a single row."""
    if isinstance(thing, Feature | FeatureView | Project):
        return type(thing).objects.visible_to(user).filter(pk=thing.pk).exists()
    return user.is_active


@rules.predicate
def is_lead(user: User, thing: object) -> bool:
    return user.is_active and user.memberships.filter(team=_owner_id(thing), is_lead=True).exists()


@rules.predicate
def is_on_committee(_user: User, person: User) -> bool:
    return bool(person.role_names & {roles.COMMITTEE, roles.CHAIR})


@rules.predicate
def is_self(user: User, person: User) -> bool:
    return user.is_active and user.pk == person.pk


@rules.predicate
def is_service(_user: User, person: object) -> bool:
    """Not a person: whoever made a person's token could act under that person's name."""
    return isinstance(person, User) and person.is_service


@rules.predicate
def is_own(user: User, thing: object) -> bool:
    """A token or a setting of one's own."""
    return user.is_active and getattr(thing, "user_id", None) == user.pk


@rules.predicate
def is_in_a_team(user: User, _thing: object = None) -> bool:
    return user.is_active and bool(user.team_ids)


@rules.predicate
def is_unclaimed(_user: User, consumer: Consumer) -> bool:
    """Nobody answers for it: it was seen reading, or its store names no team that we know."""
    return consumer.team_id is None


@rules.predicate
def is_own_plan(user: User, plan: Plan) -> bool:
    return user.is_active and plan.created_by_id == user.pk


@rules.predicate
def is_party(user: User, plan: Plan) -> bool:
    """A member of a team whose approval the plan needs."""
    needed = [one["party"].removeprefix("team:") for one in plan.needs]
    return user.is_active and user.memberships.filter(team__slug__in=needed).exists()


@rules.predicate
def is_receiver(user: User, offer: OwnerOffer) -> bool:
    """A living member of the team that is asked."""
    return user.is_active and offer.team_id in user.team_ids


for _verb in (
    "change_slo", "limit_drift", "describe_feature", "describe_view", "tag_feature", "register_feature",
    "draft_version",
    "change_draft", "measure_default", "discard_draft", "publish_version", "deprecate_version", "withdraw_deprecation",
    "quarantine_version", "release_version", "retire_version", "annotate_version", "change_view", "release_file",
    "add_features",
):  # fmt: skip
    rules.add_perm(f"registry.{_verb}", is_owner)
# A class is said through a plan or an accepted suggestion, which ask the committee where it is lowered.
rules.add_perm("registry.classify_version", rules.always_deny)
rules.add_perm("registry.make_plan", is_active)
rules.add_perm("registry.declare_consumer", is_in_a_team | is_admin)
for _verb in ("declare_reads", "change_consumer", "end_consumer"):
    rules.add_perm(f"registry.{_verb}", is_owner | is_admin | (is_unclaimed & is_in_a_team))
rules.add_perm("registry.approve_plan", is_active)
rules.add_perm("registry.apply_plan", is_own_plan | is_party)
for _verb in ("create_entity", "create_view"):
    rules.add_perm(f"registry.{_verb}", may_see & (is_owner | is_of_a_domain))
rules.add_perm("registry.assign_owner", is_owner | is_admin)
rules.add_perm("registry.offer_owner", is_owner | is_admin)
rules.add_perm("registry.answer_offer", is_receiver)
rules.add_perm("registry.withdraw_offer", is_owner | is_admin)
rules.add_perm("registry.follow_feature", may_see)
rules.add_perm("registry.view_feature", may_see)
for _verb in ("assign_role", "create_project", "create_team", "create_user"):
    rules.add_perm(f"registry.{_verb}", is_admin)
# Who could set the password of somebody on the committee could vote in their name.
rules.add_perm("registry.reset_password", is_admin & ~is_on_committee)
rules.add_perm("registry.change_team", is_lead | is_admin)
rules.add_perm("registry.create_connection", is_admin)
rules.add_perm("registry.change_connection", is_admin)
rules.add_perm("registry.test_connection", is_admin)
rules.add_perm("registry.pull_connection", is_admin | is_owner)
rules.add_perm("registry.inspect_connection", is_admin | is_owner | is_auditor)
rules.add_perm("registry.cancel_pull", is_admin | is_connection_owner)
rules.add_perm("registry.create_token", is_self | (is_admin & is_service))
rules.add_perm("registry.list_tokens", is_admin | is_auditor)
rules.add_perm("registry.revoke_token", is_own | is_admin)
for _verb in ("change_project", "open_project", "close_project"):
    rules.add_perm(f"registry.{_verb}", is_owner | is_admin)
# A webhook without a team hears of everybody.
rules.add_perm("registry.create_webhook", is_owner | is_admin)
for _verb in ("change_webhook", "remove_webhook"):
    rules.add_perm(f"registry.{_verb}", is_owner | is_admin)
rules.add_perm("registry.redeliver", is_webhook_owner | is_admin)
rules.add_perm("registry.choose_notices", is_self)
for _verb in ("add_synonym", "change_synonym", "remove_synonym"):
    rules.add_perm(f"registry.{_verb}", is_admin)
