"""The scorecard as somebody asks for it: of what, and which of its checks."""

from collections.abc import Mapping
from dataclasses import dataclass

from governance.models import CheckState
from governance.scorecard.catalogue import Theme
from governance.scorecard.reading import Result, Scorecard
from governance.scorecard.scope import Scope
from registry.models import FeatureView, Project, User
from registry.references import storable


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which checks are shown; empty is all."""

    state: str = ""
    theme: str = ""

    @classmethod
    def of(cls, said: Mapping[str, str]) -> "Wanted":
        """What an address asks for. What there is not is left out."""
        state, theme = said.get("state", ""), said.get("theme", "")
        return cls(state if state in CheckState.values else "", theme if theme in Theme.values else "")

    def has(self, result: Result) -> bool:
        return self.state in ("", result.state) and self.theme in ("", result.check.theme)

    def among(self, found: Scorecard) -> list[Result]:
        return [one for one in found.results if self.has(one)]


def scope_of(actor: User, said: Mapping[str, str]) -> Scope | None:
    """What an address asks about: `?view=project.view`, `?project=`, or everything. None where that does not exist for
    the actor."""
    key, name = storable(said.get("view", "")).strip(), storable(said.get("project", "")).strip()
    if key:
        view = FeatureView.objects.visible_to(actor).select_related("project").filter(key=key).first()
        return Scope(actor, view=view) if view else None
    if name:
        project = Project.objects.visible_to(actor).filter(name=name).first()
        return Scope(actor, project=project) if project else None
    return Scope(actor)
