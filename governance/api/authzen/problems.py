"""Refusals that the Access Request profile names, each with its URN as the problem's type."""

from common.problems import Problem

_URN = "urn:openid:authzen:access-request:error:"


class OfProfile(Problem):
    fix_message = "Evaluate again, and submit what the new answer holds."

    @property
    def type_uri(self) -> str:
        return f"{_URN}{self.default_code}"


class NotRequestable(OfProfile):
    default_code = "not_requestable"
    title = "This no cannot be changed by asking for access"
    fix_message = "Only a no with context.access_request can be asked for."


class ExpiredDenial(OfProfile):
    status_code = 410
    default_code = "expired_denial"
    title = "The no that this refers to is too old"


class InvalidDenialBinding(OfProfile):
    default_code = "invalid_denial_binding"
    title = "This does not belong to the no that it refers to"


class DuplicateRequest(OfProfile):
    status_code = 409
    default_code = "duplicate_request"
    title = "This Idempotency-Key belongs to another request"
    fix_message = "Send a new key with each new request, and the same key only with the same request."


class UnknownTask(OfProfile):
    status_code = 404
    default_code = "unknown_task"
    title = "There is no such task here"
    fix_message = "Check the spelling. What you are not allowed to see does not exist for you either."


class InvalidTaskState(OfProfile):
    status_code = 409
    default_code = "invalid_task_state"
    title = "It is decided already"
    fix_message = "Nothing is left to cancel. Give back what was granted on the page of the grant."
