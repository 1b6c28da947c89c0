"""Asking for access as a program does: after a no, for what was denied, in the name of the person whose token it is."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from governance.actions.emergencies import break_glass
from governance.actions.requesting import request_access, withdraw_request
from governance.authorization.asked import Act, Resource, Subject
from governance.models import AccessRequest, AccessTask, AccessTaskItem, Purpose, RequestItem, Setting
from registry.actions.action import Note, action, invalid
from registry.models import Consumer, User, Version

USUAL_DAYS = 90


@dataclass(frozen=True, slots=True)
class Wanted:
    """One resource and action of a submission, with the versions that it comes to and the no that it answers."""

    place: int
    resource: Resource
    action: str
    evaluation_id: UUID
    versions: tuple[Version, ...]

    @property
    def setting(self) -> Setting:
        return Setting.ONLINE if self.action == Act.SERVE else Setting.OFFLINE


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked for beside the features."""

    subject: Subject
    consumer: Consumer | None
    purpose: Purpose
    environment: str
    why: str
    until: datetime | None = None
    is_emergency: bool = False
    incident: str = ""

    @property
    def days(self) -> int:
        """Whole days, as grants have them."""
        if self.until is None:
            return USUAL_DAYS
        return max(1, math.ceil((self.until - timezone.now()) / timedelta(days=1)))


@action("governance.request_access")
def ask_by_machine(
    _parent: None, note: Note, *, actor: User, wanted: Sequence[Wanted], terms: Terms, is_bundle: bool,
    client: dict[str, Any],
) -> AccessTask:  # fmt: skip
    """One request for each setting, and the task that follows them. All of it or nothing."""
    if terms.until is not None and terms.until <= timezone.now():
        raise invalid(days="That moment is over.")
    by_setting: dict[Setting, list[Wanted]] = defaultdict(list)
    for one in wanted:
        by_setting[one.setting].append(one)
    task = AccessTask.objects.create(
        id=uuid4(), asker=actor, subject_type=terms.subject.type, subject_id=terms.subject.id, purpose=terms.purpose,
        environment=terms.environment, is_bundle=is_bundle, client=client, created_at=timezone.now(),
    )  # fmt: skip
    for setting, group in by_setting.items():
        made = _ask(actor, terms, setting, {version.pk: version for one in group for version in one.versions})
        note.change(f"request_{setting}", None, str(made))
        _follow(task, group, made)
    note.subject = task
    return task


def _ask(actor: User, terms: Terms, setting: Setting, versions: dict[int, Version]) -> AccessRequest:
    said: dict[str, Any] = {
        "versions": list(versions.values()), "purpose": terms.purpose, "why": terms.why, "consumer": terms.consumer,
        "setting": setting.value, "environment": terms.environment,
    }  # fmt: skip
    if terms.is_emergency:
        return break_glass(None, actor=actor, incident=terms.incident, **said)
    return request_access(None, actor=actor, days=terms.days, **said)


def _follow(task: AccessTask, group: Sequence[Wanted], made: AccessRequest) -> None:
    items: dict[int, RequestItem] = {item.version_id: item for item in made.items.all()}
    AccessTaskItem.objects.bulk_create(
        AccessTaskItem(
            task=task, place=one.place, resource_type=one.resource.type, resource_id=one.resource.id, action=one.action,
            evaluation_id=one.evaluation_id, request_item=items[version.pk], approval=uuid4(),
        )
        for one in group
        for version in one.versions
    )  # fmt: skip


@action("governance.withdraw_task")
def withdraw_task(task: AccessTask, note: Note, *, actor: User, reason: str = "") -> AccessTask:
    """Take back what nobody has answered yet."""
    requests = AccessRequest.objects.open().filter(items__in=task.items.values("request_item")).distinct()
    found = list(requests)
    if not found:
        raise invalid(task="Nothing of it is open any longer.")
    for one in found:
        withdraw_request(one, actor=actor, reason=reason)
        note.change(str(one), one.state, "withdrawn")
    return task
