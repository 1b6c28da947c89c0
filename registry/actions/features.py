"""State changes of one feature."""

from registry.actions.action import Note, action
from registry.models import Feature, Follow, User


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
