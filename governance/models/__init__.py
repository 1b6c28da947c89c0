"""Processes of governance, one noun a file."""

from governance.models.deprecations import Deprecation, DeprecationState, Extension, ExtensionState, Reader, ReaderState

__all__ = ["Deprecation", "DeprecationState", "Extension", "ExtensionState", "Reader", "ReaderState"]
