"""Tells auditors and administrators what nobody may miss: a fault in the chain, an anchor that could not be written."""

from registry import roles
from registry.actions.telling import tell
from registry.chain.faults import Fault
from registry.models import Anchor, User
from registry.outbox.letters import Letter

_WHY = "You are an auditor or an administrator."


def tell_of_fault(fault: Fault) -> None:
    """Once for each fault, however often it is found."""
    letter = Letter(
        paragraphs=(
            "The audit log is not what was sealed, or its seals are not what they were.",
            "Keep the database and the anchors as they are, and find out who could change them.",
        ),
        facts=(("Found", str(fault)),),
        links=(("Audit log", "/audit/"),),
        why=_WHY,
    )
    key = f"audit fault {fault.kind} {fault.place} {fault.entry}"
    _tell(
        "audit.fault_found", key, f"The audit log is not what was sealed: {fault.kind}", letter, {"fault": str(fault)}
    )


def tell_of_failure(anchor: Anchor) -> None:
    """Once a day for each place outside."""
    letter = Letter(
        paragraphs=("The head of the audit log's chain could not be written outside. It is tried again.",),
        facts=(("Where", anchor.where), ("What went wrong", anchor.error)),
        links=(("Audit log", "/audit/"),),
        why=_WHY,
    )
    key = f"audit anchor {anchor.target} {anchor.where} {anchor.at:%Y-%m-%d}"[:300]
    title = f"The audit log could not be anchored at {anchor.where}"
    _tell("audit.anchor_failed", key, title, letter, {"where": anchor.where})


def _tell(event: str, key: str, title: str, letter: Letter, data: dict[str, str]) -> None:
    told = User.objects.filter(is_active=True, groups__name__in=(roles.AUDITOR, roles.ADMIN)).distinct()
    tell(event, key=key, title=title, letter=letter, data=data, users=told)
