"""What stands beside the questions before an end is announced: what could replace the version, who reads it, when it
ends, and the letter as its readers get it."""

from collections.abc import Callable
from copy import copy
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from common.timelines import Bar
from governance import letters
from governance.actions.announcing import Said, faults_of
from governance.models import Deprecation, Reader
from governance.queries.announcing import Affected, affected_by, replacements_for
from monitoring.overlays import overlay
from monitoring.profiles import LINES, side_of
from registry import contracts
from registry.actions.endings import shortest_notice
from registry.models import Team, User, Version
from registry.outbox.letters import Letter

# Which page asks for what.
ASKED = {
    "kind": "why", "reason": "why", "replacement": "replacement", "instead": "replacement", "sunset_on": "timeline",
    "brownouts": "timeline",
}  # fmt: skip


def url_of(draft: Deprecation, step: str) -> str:
    return reverse("governance:announcing", args=[draft.public_id, step])


def _replacement(draft: Deprecation, actor: User) -> dict[str, Any]:
    """What could replace it, and what is different about the one that is chosen."""
    version, chosen = draft.version, _chosen(draft, actor)
    hide = chosen is not None and any(contracts.is_personal(one.feature, one) for one in (version, chosen))
    both = [contracts.describe(one, hide_values=hide) for one in (version, chosen) if one is not None]
    changes = contracts.differences(*both) if len(both) == 2 else []
    offered = [{"version": one, "url": f"?{urlencode({'use': str(one)})}"} for one in replacements_for(version, actor)]
    values = {} if chosen is None else _values(version, chosen)
    return {
        "chosen": chosen, "offered": offered, "changes": [one for one in changes if one.field != "State"], **values,
    }  # fmt: skip


def _chosen(draft: Deprecation, actor: User) -> Version | None:
    """The replacement, while the actor sees it."""
    named = Said.of(draft).replacement
    rows = Version.objects.visible_to(actor).select_related("feature__view__connection")
    return None if named is None else rows.filter(pk=named.pk).first()


def _values(version: Version, chosen: Version) -> dict[str, Any]:
    """How the values of both are spread. Charter measures features: two versions of one have the same values."""
    if version.feature_id == chosen.feature_id:
        return {"is_same_feature": True}
    before, after = side_of(version), side_of(chosen)
    shared = overlay(*(side.profile.histogram if side.profile else () for side in (before, after)))
    return {
        "sides": (before, after), "facts": zip(LINES, before.facts, after.facts, strict=True), "shared": shared,
        "spread": ([one.before for one in shared], [one.after for one in shared]),
        "medians": f"medians {before.facts[0]} and {after.facts[0]}",
    }  # fmt: skip


def _readers(draft: Deprecation, actor: User) -> dict[str, Any]:
    readers, hidden = affected_by(draft.version, actor)
    return {"readers": readers, "hidden": hidden}


def _timeline(draft: Deprecation, actor: User) -> dict[str, Any]:
    said, today = Said.of(draft), timezone.now().date()
    bars = [Bar("Served", today, said.sunset_on)] if said.sunset_on else []
    bars += [Bar(f"Off from {start:%Y-%m-%d %H:%M}", start.date(), end.date()) for start, end in said.brownouts]
    return {"bars": bars, "least": shortest_notice(draft.version).days}


def _notice(draft: Deprecation, actor: User) -> dict[str, Any]:
    """What is missing, who is told, and the letter as they get it."""
    readers, hidden = affected_by(draft.version, actor)
    told = [one for one in readers if one.is_reachable]
    missing = [
        {"text": text, "url": url_of(draft, ASKED[name])}
        for name, text in faults_of(draft.version, Said.of(draft)).items()
    ]
    letter = None if missing else letter_of(draft, readers)
    return {
        "missing": missing, "letter": letter, "shown_to": _shown_to(readers), "told": told, "hidden": hidden,
        "teams": sorted({one.consumer.team.name for one in told if one.consumer.team}),
        "not_told": [one.consumer for one in readers if not one.is_reachable],
    }  # fmt: skip


def letter_of(draft: Deprecation, affected: list[Affected]) -> Letter:
    """What the draft would announce to the team of the first that can be told, or else to followers."""
    said, seen = Said.of(draft), copy(draft)  # never saved
    seen.version = copy(draft.version)
    seen.version.sunset_on, seen.version.state_reason = said.sunset_on, said.reason
    seen.version.replacement, seen.instead = said.replacement, said.instead
    team = _shown_to(affected)
    readers = [Reader(deprecation=draft, consumer=one.consumer) for one in affected if team == one.consumer.team]
    return letters.general(seen) if team is None else letters.ending(seen, readers)


def _shown_to(affected: list[Affected]) -> Team | None:
    return next((one.consumer.team for one in affected if one.is_reachable), None)


# By the page.
BESIDE: dict[str, Callable[[Deprecation, User], dict[str, Any]]] = {
    "replacement": _replacement, "readers": _readers, "timeline": _timeline, "notice": _notice,
}  # fmt: skip
