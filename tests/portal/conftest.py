"""For tests that render pages."""

from pathlib import Path

import pytest


@pytest.fixture
def static_files(settings, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """Static files straight from their folders: nobody collects them for a test."""
    settings.STATIC_ROOT = str(tmp_path)
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
