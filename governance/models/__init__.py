"""Processes of governance, one noun a file."""

from governance.models.classes import ClassSuggestion, ClassSuggestionQuerySet, SuggestionState
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
from governance.models.naming import (
    ANSWERING,
    NameDecision,
    NamedKind,
    NameWaiver,
    NameWaiverQuerySet,
    NameWord,
    NamingRule,
)

__all__ = [
    "ANSWERING", "USUAL_REMINDERS", "ClassSuggestion", "ClassSuggestionQuerySet", "Deprecation", "DeprecationQuerySet",
    "DeprecationState", "Extension", "ExtensionState", "NameDecision", "NameWaiver", "NameWaiverQuerySet", "NameWord",
    "NamedKind", "NamingRule", "Reader", "ReaderState", "SuggestionState",
]  # fmt: skip
