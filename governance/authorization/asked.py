"""What is asked: who wants to do what to which resource, for which purpose, where."""

from dataclasses import dataclass

from django.db.models import TextChoices

from registry.choices import ConsumerKind

USER = "user"
SUBJECT_TYPES = (USER, *ConsumerKind.values)
FEATURE, FEATURE_VIEW = "feature", "feature_view"
RESOURCE_TYPES = (FEATURE, FEATURE_VIEW)
MOST_AT_ONCE = 100


class Act(TextChoices):
    """What can be done to a feature. Reading offline is training, serving is online."""

    READ_METADATA = "read_metadata", "Read what it is"
    READ_OFFLINE = "read_offline", "Read values offline"
    SERVE = "serve", "Read values online"
    WRITE = "write", "Write values"


READS = (Act.READ_OFFLINE, Act.SERVE)


@dataclass(frozen=True, slots=True)
class Subject:
    """`project` says which one, where several projects have a consumer of this name; "" is none of them."""

    type: str
    id: str
    project: str | None = None

    def __str__(self) -> str:
        return f"{self.type}:{self.id}"


@dataclass(frozen=True, slots=True)
class Resource:
    """A feature's id is `project.view.feature`, with `@2` for one version; a view's is `project.view`."""

    type: str
    id: str

    def __str__(self) -> str:
        return self.id if self.type == FEATURE else f"{self.type}:{self.id}"


@dataclass(frozen=True, slots=True)
class Asked:
    """One evaluation. `approval` is the id of an approval that the caller says it has: no key, only a hint."""

    subject: Subject
    action: str
    resource: Resource
    purpose: str = ""
    environment: str = ""
    approval: str = ""
