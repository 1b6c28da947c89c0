"""Processes of governance, one noun a file."""

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

__all__ = [
    "USUAL_REMINDERS", "Deprecation", "DeprecationQuerySet", "DeprecationState", "Extension", "ExtensionState",
    "Reader", "ReaderState",
]  # fmt: skip
