"""Processes of governance, one noun a file."""

from governance.models.classes import ClassSuggestion, ClassSuggestionQuerySet, SuggestionState
from governance.models.committee import Committee, Conflict, ConflictKind, Seat
from governance.models.deprecations import (
    USUAL_REMINDERS,
    Deprecation,
    DeprecationQuerySet,
    DeprecationState,
    Extension,
    ExtensionState,
    Reader,
    ReaderState,
)
from governance.models.enforcement import (
    WAITING,
    WRONG,
    Enforcement,
    FindingKind,
    Place,
    RightFinding,
    RightFindingQuerySet,
    RightState,
    StoreAccount,
    StoreRight,
)
from governance.models.evaluations import AccessTask, AccessTaskItem, Evaluation, EvaluationQuerySet
from governance.models.grants import STANDING, Grant, GrantQuerySet, GrantState
from governance.models.guessing import GuessedClass, NamesRead
from governance.models.naming import (
    ANSWERING,
    NameDecision,
    NamedKind,
    NameWaiver,
    NameWaiverQuerySet,
    NameWord,
    NamingRule,
)
from governance.models.openings import Opening, OpeningQuerySet, OpeningState
from governance.models.policies import LONGEST_GRANT, MOST_VOTES, Policy, Setting, Silence, StandingApproval
from governance.models.proposals import PolicyProposal, PolicyProposalQuerySet, PolicyVote, ProposalState
from governance.models.purposes import LegalBasis, Purpose
from governance.models.recertifications import (
    LONGEST_REVIEW,
    NOTICE_DAYS,
    Answer,
    Recertification,
    RecertificationItem,
    RecertificationItemQuerySet,
    RecertificationQuerySet,
    ReviewState,
)
from governance.models.requests import (
    MOST_ITEMS,
    AccessRequest,
    AccessRequestQuerySet,
    Comment,
    Decision,
    Outcome,
    RequestItem,
    RequestState,
    Slot,
    Verdict,
)
from governance.models.scorecard import PASSED, Attestation, AttestationQuerySet, CheckState, PortalDay, ScorecardDay

__all__ = [
    "ANSWERING", "LONGEST_GRANT", "LONGEST_REVIEW", "MOST_ITEMS", "MOST_VOTES", "NOTICE_DAYS", "PASSED", "STANDING",
    "USUAL_REMINDERS", "WAITING", "WRONG", "AccessRequest", "AccessRequestQuerySet", "AccessTask", "AccessTaskItem",
    "Answer", "Attestation", "AttestationQuerySet", "CheckState", "ClassSuggestion", "ClassSuggestionQuerySet",
    "Comment", "Committee", "Conflict", "ConflictKind", "Decision", "Deprecation", "DeprecationQuerySet",
    "DeprecationState", "Enforcement", "Evaluation", "EvaluationQuerySet", "Extension", "ExtensionState",
    "FindingKind", "Grant", "GrantQuerySet", "GrantState", "GuessedClass", "LegalBasis", "NameDecision", "NameWaiver",
    "NameWaiverQuerySet", "NameWord", "NamedKind", "NamesRead", "NamingRule", "Opening", "OpeningQuerySet",
    "OpeningState", "Outcome", "Place", "Policy", "PolicyProposal", "PolicyProposalQuerySet", "PolicyVote",
    "PortalDay", "ProposalState", "Purpose", "Reader", "ReaderState", "Recertification", "RecertificationItem",
    "RecertificationItemQuerySet", "RecertificationQuerySet", "RequestItem", "RequestState", "ReviewState",
    "RightFinding", "RightFindingQuerySet", "RightState", "ScorecardDay", "Seat", "Setting", "Silence", "Slot",
    "StandingApproval", "StoreAccount", "StoreRight", "SuggestionState", "Verdict",
]  # fmt: skip
