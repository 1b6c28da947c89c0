"""Who holds a field: a page, or a file in git. What neither has set is the store's to say.

As in Kubernetes' server-side apply: a file keeps what it has set until somebody releases it.
"""

from collections.abc import Mapping

from registry.actions.action import invalid
from registry.choices import Manager
from registry.models import Feature, FeatureView


def take(row: Feature | FeatureView, field: str, manager: str) -> None:
    """Note that `manager` sets the field from now on; the caller saves the row. A page cannot take what a file holds.

    Raises ValidationError, which names the file.
    """
    if manager == Manager.PAGE and row.managers.get(field) == Manager.FILE:
        view = row if isinstance(row, FeatureView) else row.view
        place = view.file.partition("#")[2] or "A file"
        raise invalid(**{field: f"{place} in git says this. Change it there, or release the view from its file."})
    row.managers = row.managers | {field: str(manager)}


def without_file(managers: Mapping[str, str]) -> dict[str, str]:
    """The same, with what a file held now held by pages."""
    return {field: Manager.PAGE.value if held == Manager.FILE else held for field, held in managers.items()}
