"""The Access Request and Approval Profile: ask for what was denied, follow it, take it back.

A task's id and an approval's id open nothing. What counts is the grant: whoever was approved asks again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from rest_framework.request import Request

from common.problems import Forbidden, KeyReused
from governance.actions.asking_by_machine import Terms, Wanted, ask_by_machine, withdraw_task
from governance.api.authzen import bodies
from governance.api.authzen.bodies import WrongBody, fail
from governance.api.authzen.endpoint import AuthzenEndpoint
from governance.api.authzen.problems import (
    DuplicateRequest,
    ExpiredDenial,
    InvalidDenialBinding,
    InvalidTaskState,
    NotRequestable,
    UnknownTask,
)
from governance.authorization.asked import READS, USER, Asked, Subject
from governance.authorization.deciding import REQUESTABLE_FOR, decide_unlogged
from governance.authorization.keeping import kept
from governance.models import MOST_ITEMS, AccessTask, Evaluation, Purpose
from governance.queries.tasks_of_machines import PENDING, Part, Progress, as_json, progress_of, task_of
from registry.actions.action import allow
from registry.api.writes import write
from registry.choices import Scope
from registry.models import Consumer, User, Version

# What actions call it -> where it stands in a submission.
_POINTERS = {
    "why": "/context/business_justification", "days": "/requested_access/requested_until",
    "purpose": "/context/purpose", "environment": "/context/environment", "consumer": "/subject",
    "incident": "/requested_access/incident", "items": "/items",
}  # fmt: skip
POLL_AFTER = 5  # seconds


class RequestingEndpoint(AuthzenEndpoint):
    caching = "private, no-cache"
    required_scopes = {"GET": Scope.ACCESS_REQUEST, "POST": Scope.ACCESS_REQUEST, "DELETE": Scope.ACCESS_REQUEST}

    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, KeyReused):
            exc = DuplicateRequest()
        return super().handle_exception(exc)

    def shown(self, task: AccessTask, status: int | None = None) -> HttpResponse:
        told = _told(progress_of(task))
        is_pending = told["task"]["status"] == PENDING
        made = {} if status is None else {"Location": told["task"]["status_endpoint"]}
        wait = {"Retry-After": str(POLL_AFTER)} if is_pending else {}
        return self.said(told, status or 200, **made, **wait)


class RequestsView(RequestingEndpoint):
    """Submit a request after a no. 201 when it was granted at once, 202 when somebody has to decide."""

    @write
    def post(self, request: Request) -> HttpResponse:
        allow(self.actor, "governance.request_access", None)
        body = bodies.whole(request.data)
        questions, ids = _questions(body), _denials(body)
        denied = kept([number for number in ids if number is not None])
        wanted = [
            _wanted(place, asked, denied.get(number) if number else None, self.actor)
            for place, (asked, number) in enumerate(zip(questions, ids, strict=True))
        ]
        if len({(one.consumer_id, one.user_id) for one in denied.values()}) > 1:  # of one name, in two projects
            raise InvalidDenialBinding
        said: dict[str, Any] = {"is_bundle": "items" in body, "client": bodies.optional(body, "client")}
        terms = _terms(body, questions[0], next(iter(denied.values())), self.actor)
        try:
            task = ask_by_machine(None, actor=self.actor, wanted=wanted, terms=terms, **said)
        except ValidationError as refused:
            raise _refusal(refused) from None
        return self.shown(task, 202 if progress_of(task).status == PENDING else 201)


class TaskView(RequestingEndpoint):
    """How far a request has come."""

    http_method_names = ["get", "head"]

    def get(self, request: Request, number: str) -> HttpResponse:
        return self.shown(_find(self.actor, number))


class TaskCancelView(RequestingEndpoint):
    """Take back what nobody has answered yet: its requester may."""

    http_method_names = ["post", "delete"]

    @write
    def post(self, request: Request, number: str) -> HttpResponse:
        task = _find(self.actor, number)
        allow(self.actor, "governance.withdraw_task", task)
        body = bodies.whole(request.data or {})
        reason = bodies.text(body, "comment", "", is_needed=False) or bodies.text(body, "reason", "", is_needed=False)
        try:
            withdraw_task(task, actor=self.actor, reason=reason)
        except ValidationError as refused:
            raise InvalidTaskState(" ".join(refused.messages)) from None
        return self.shown(task)

    def delete(self, request: Request, number: str) -> HttpResponse:
        return self.post(request, number)


def _find(actor: User, number: str) -> AccessTask:
    if (task := task_of(actor, number)) is None:
        raise UnknownTask
    return task


def _questions(body: Mapping[str, Any]) -> list[Asked]:
    """What was denied, item by item, as it is sent again."""
    if "items" not in body:
        return [bodies.question(body)]
    items = body["items"]
    if not isinstance(items, list) or not 0 < len(items) <= MOST_ITEMS:
        fail("/items", f"is a list of 1 to {MOST_ITEMS} entries.")
    if beside := [name for name in ("resource", "action") if name in body]:
        fail(f"/{beside[0]}", "stands in each item where there are items.")
    if wrong := [index for index, one in enumerate(items) if not isinstance(one, dict)]:
        fail(f"/items/{wrong[0]}", "is an object.")
    subject, context = bodies.subject(body), bodies.context(body)
    return [
        Asked(subject, bodies.action(one, f"/items/{at}"), bodies.resource(one, f"/items/{at}"), **context)
        for at, one in enumerate(items)
    ]


def _denials(body: Mapping[str, Any]) -> list[Any]:
    """The evaluation that each item answers: its own, or that of the whole."""
    top = _denial(body, "")
    items = body.get("items")
    return [_denial(one, f"/items/{at}") or top for at, one in enumerate(items)] if items else [top]


def _denial(of: Mapping[str, Any], at: str) -> Any:
    denial = bodies.optional(of, "denial", at)
    return bodies.uuid(denial, "evaluation_id", f"{at}/denial") if denial else None


def _wanted(place: int, asked: Asked, denied: Evaluation | None, actor: User) -> Wanted:
    """Raises what the profile says of a no that is not one, is too old, or is another one."""
    if denied is None or not _is_of(denied, asked):
        raise InvalidDenialBinding
    if not denied.may_be_asked_for or asked.action not in READS:
        raise NotRequestable
    if denied.at + REQUESTABLE_FOR < timezone.now():
        raise ExpiredDenial
    return Wanted(place, asked.resource, asked.action, denied.id, _versions(asked, denied, actor))


def _is_of(denied: Evaluation, asked: Asked) -> bool:
    """Whether this was denied, to this subject, in this context."""
    return (
        (denied.subject, denied.action, denied.resource_type, denied.resource, denied.purpose, denied.environment)
        == (str(asked.subject), asked.action, asked.resource.type, asked.resource.id, asked.purpose, asked.environment)
    )  # fmt: skip


def _versions(asked: Asked, denied: Evaluation, actor: User) -> tuple[Version, ...]:
    """The version that was denied; of a view, those that are closed now. What the actor does not see is none."""
    numbers = [denied.version_id]
    if asked.resource.type != "feature":
        now = decide_unlogged([asked], actor)[0].judged
        numbers = [part.about.version_id for part in now.parts if part.about]
    found = tuple(Version.objects.visible_to(actor).filter(pk__in=[one for one in numbers if one is not None]))
    if not found:
        raise NotRequestable
    return found


def _terms(body: Mapping[str, Any], asked: Asked, denied: Evaluation, actor: User) -> Terms:
    """Whatever of it the actions refuse, they say."""
    wanted = bodies.optional(body, "requested_access")
    context = bodies.optional(body, "context")
    purpose = Purpose.objects.filter(name=asked.purpose).first()
    if purpose is None:
        fail("/context/purpose", "is the name of a purpose.", "unknown_purpose")
    return Terms(
        asked.subject, _reader(asked.subject, denied, actor), purpose, asked.environment,
        bodies.text(context, "business_justification", "/context", is_needed=False).strip(), _until(wanted),
        bodies.flag(wanted, "emergency", "/requested_access"),
        bodies.text(wanted, "incident", "/requested_access", is_needed=False).strip(),
    )  # fmt: skip


def _reader(subject: Subject, denied: Evaluation, actor: User) -> Consumer | None:
    """The consumer that was denied; None for the actor."""
    if subject.type != USER:
        return Consumer.objects.visible_to(actor).get(pk=denied.consumer_id or 0)
    if denied.user_id != actor.pk:
        raise Forbidden("People ask for themselves, and for what their teams run.")
    return None


def _until(wanted: Mapping[str, Any]) -> datetime | None:
    said = bodies.text(wanted, "requested_until", "/requested_access", is_needed=False)
    if not said:
        return None
    try:
        moment = parse_datetime(said)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        fail("/requested_access/requested_until", "is a time with its time zone, as RFC 3339 writes it.")
    return moment


def _refusal(refused: ValidationError) -> WrongBody:
    """What the action refuses, at its place in the body."""
    by_field: Sequence[tuple[str, list[str]]] = list(refused.message_dict.items())
    name, messages = by_field[0]
    problem = WrongBody(_POINTERS.get(name, ""), "is refused.")
    problem.detail = " ".join(messages)  # type: ignore[assignment]
    problem.errors = [
        {"pointer": _POINTERS.get(field, ""), "code": "refused", "detail": " ".join(said)} for field, said in by_field
    ]
    return problem


def _told(progress: Progress) -> dict[str, Any]:
    task = progress.task
    place = f"{settings.CHARTER_BASE_URL}{reverse('authzen:task', args=[str(task)])}"
    links = {"ticket": f"{settings.CHARTER_BASE_URL}{progress.requests[0].get_absolute_url()}"}
    links |= {"review": links["ticket"]}
    if progress.status == PENDING and any(one.is_open for one in progress.requests):
        links["cancel"] = f"{place}/cancel"
    told: dict[str, Any] = {"id": str(task), "status": progress.status, "status_endpoint": place, "links": links}
    if progress.steps is not None:
        step, steps, name = progress.steps
        told["progress"] = {"current_step": step, "total_steps": steps, "step_name": name}
    if task.is_bundle:
        return {"task": told | {"items": [_item(part) for part in progress.parts]}}
    return {"task": told} | as_json(progress.parts[0])


def _item(part: Part) -> dict[str, Any]:
    item = part.item
    resource = {"type": item.resource_type, "id": item.resource_id}
    return {"resource": resource, "action": {"name": item.action}, "status": part.status} | as_json(part)
