"""Who answers for a feature or a feature view."""

from django.utils import timezone

from registry.actions.action import Note, action, lock
from registry.actions.managers import take
from registry.choices import Manager
from registry.models import Feature, FeatureView, Team, User
from registry.notifications import count_facets


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
