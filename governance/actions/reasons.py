"""What is said with a decision: long enough to tell somebody why."""

from registry.actions.action import invalid

SHORTEST_REASON = 10


def require_reason(reason: str) -> None:
    """Raises ValidationError where it is too short to tell an auditor anything."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise invalid(reason=f"Say why, in {SHORTEST_REASON} characters or more. Auditors read it.")
