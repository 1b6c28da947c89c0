"""State changes of one feature."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from charter.limits import drift_fault
from registry.actions.action import Note, action, invalid, lock
from registry.actions.managers import take
from registry.choices import Manager
from registry.models import Feature, Follow, Tag, User
from registry.notifications import count_facets

MOST_TAGS = 50
LONGEST_KEY, LONGEST_VALUE = 120, 400


@action("registry.follow_feature")
def follow_feature(feature: Feature, note: Note, *, actor: User) -> None:
    """Put the feature on the actor's home page. Following twice is following once."""
    _, is_new = Follow.objects.get_or_create(user=actor, feature=feature)
    note.change("is_followed", not is_new, True)


@action("registry.follow_feature")
def unfollow_feature(feature: Feature, note: Note, *, actor: User) -> None:
    """Take the feature off the actor's home page."""
    removed, _ = Follow.objects.filter(user=actor, feature=feature).delete()
    note.change("is_followed", bool(removed), False)


@action("registry.describe_feature")
def describe_feature(
    feature: Feature, note: Note, *, description: str, actor: User | None, managed_by: str = Manager.PAGE,
    reason: str = "",
) -> Feature:  # fmt: skip
    """Say what the feature is. Search finds the new words at once, and a store no longer says it."""
    row: Feature = lock(feature)
    take(row, "description", managed_by)
    note.change("description", row.description, description.strip())
    row.description, row.changed_at = description.strip(), timezone.now()
    row.save(update_fields=["description", "managers", "changed_at"])
    return row


@action("registry.limit_drift")
def limit_drift(
    feature: Feature, note: Note, *, limits: Mapping[str, Any] | None, actor: User | None,
    managed_by: str = Manager.PAGE, reason: str = "",
) -> Feature:  # fmt: skip
    """Set how far this feature's values may drift ({method, warn, fail}); None follows its view. Judged at the next
    pull.
    """
    if limits is not None and (fault := drift_fault(limits)):
        raise invalid(slo_drift=fault)
    row: Feature = lock(feature)
    new = None if limits is None else dict(limits)
    if row.slo_drift != new:
        take(row, "slo_drift", managed_by)
        note.change("slo_drift", row.slo_drift, new)
    row.slo_drift = new
    row.save(update_fields=["slo_drift", "managers"])
    return row


@action("registry.tag_feature")
def tag_feature(
    feature: Feature, note: Note, *, tags: Mapping[str, str | None], actor: User | None,
    managed_by: str = Manager.PAGE, reason: str = "",
) -> Feature:  # fmt: skip
    """Set tags, and take away those given as None. Tags that the store sets stay as they are there."""
    row: Feature = lock(feature)
    take(row, "tags", managed_by)
    own = {tag.key: tag for tag in row.tag_rows.all()}
    of_store = [tag for tag in row.tags if tag.partition("=")[0] not in own]
    check_tags(tags, {tag.partition("=")[0] for tag in of_store})
    for key, value in tags.items():
        note.change(key, own[key].value if key in own else None, value)
        if value is None:
            Tag.objects.filter(feature=row, key=key).delete()
        else:
            Tag.objects.update_or_create(feature=row, key=key, defaults={"value": value, "managed_by": managed_by})
    kept = row.tag_rows.all()
    if len(kept) > MOST_TAGS:
        raise invalid(tags=f"A feature has at most {MOST_TAGS} tags of its own.")
    row.tags = [*of_store, *(f"{tag.key}={tag.value}" if tag.value else tag.key for tag in kept)]
    row.keywords = " ".join(tag.replace("=", " ", 1) for tag in row.tags)
    row.changed_at = timezone.now()
    row.save(update_fields=["tags", "keywords", "managers", "changed_at"])
    count_facets(row.project_id)
    return row


def check_tags(tags: Mapping[str, str | None], of_store: set[str]) -> None:
    """Raise ValidationError for tags that cannot be: malformed ones, and those that the store sets."""
    for key, value in tags.items():
        if not key or len(key) > LONGEST_KEY or "=" in key:
            raise invalid(tags=f"A tag's key has 1 to {LONGEST_KEY} characters, none of them =.")
        if value is not None and len(value) > LONGEST_VALUE:
            raise invalid(tags=f"The value of {key} is longer than {LONGEST_VALUE} characters.")
        if key in of_store:
            raise invalid(tags=f"{key} is set by the store. Change it there.")
