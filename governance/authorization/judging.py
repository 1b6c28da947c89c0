"""From facts to a decision. Closed unless something opens it; no reading of the database, no clock of its own.

Not personal: seeing it is enough. Personal: a living grant for the purpose, the environment and the setting. What may
not be read by anybody now (draft, quarantined, retired, switched off) is closed whatever was granted.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from governance.authorization.asked import FEATURE_VIEW, READS, RESOURCE_TYPES, SUBJECT_TYPES, Act, Asked
from governance.authorization.facts import Facts, Held, What, Who
from governance.models import Setting
from governance.queries.living import READABLE, Ending, Right, why_over
from registry.choices import PERSONAL_CLASSES, VersionState

# How long an answer may be used, unless its grant ends sooner. A no is asked again soon: it may have been granted.
YES_FOR, NO_FOR = 300, 15
OPEN, GRANTED, OWNER = "open", "granted", "owner"
NO_GRANT = "no_grant"
# What somebody can do something about by asking for access.
_ASKABLE = frozenset({
    NO_GRANT, "grant_expired", "other_setting", "other_environment", "team_changed", "class_changed",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judged:
    """A decision. `text` is for people. `about` is the version it hangs on, and `is_personal` whether that is logged;
    `parts` are the features of a view that say no."""

    decision: bool
    code: str
    text: str = ""
    about: What | None = None
    is_personal: bool = False
    held: Held | None = None
    obligations: list[dict[str, Any]] = field(default_factory=list)
    parts: list["Judged"] = field(default_factory=list)

    @property
    def ends_at(self) -> datetime | None:
        return self.held.ends_at if self.held and self.decision else None

    @property
    def may_be_asked_for(self) -> bool:
        """Whether an access request could change it: nobody new may read what goes away."""
        if self.parts:
            return all(one.may_be_asked_for for one in self.parts)
        is_new = self.about is not None and self.about.state == VersionState.ACTIVE
        return not self.decision and self.is_personal and is_new and self.code in _ASKABLE

    def ttl(self, now: datetime) -> int:
        """Seconds for which it may be used without asking again."""
        if not self.decision:
            return NO_FOR
        return YES_FOR if self.ends_at is None else max(0, min(YES_FOR, int((self.ends_at - now).total_seconds())))


def judge(asked: Asked, facts: Facts, now: datetime) -> Judged:
    """What is decided about one question."""
    who = facts.who
    if refusal := _of_question(asked, who):
        return refusal
    seen = [(what, held) for what, held in facts.versions if what.key is not None]
    if not seen:
        return Judged(False, "unknown_resource", f"There is no {asked.resource} that you see.")
    judged = [_of_version(asked, who, what, held, now) for what, held in seen]
    return judged[0] if len(judged) == 1 and asked.resource.type != FEATURE_VIEW else _together(asked, judged)


def _of_question(asked: Asked, who: Who) -> Judged | None:
    """What is wrong before any resource is looked at."""
    if asked.subject.type not in SUBJECT_TYPES or not who.is_known:
        return Judged(False, "unknown_subject", f"There is no {asked.subject} that you see.")
    if who.places > 1:
        text = f"{asked.subject} exists in more than one project. Say which in subject.properties.project."
        return Judged(False, "ambiguous_subject", text)
    if asked.action not in Act.values:
        return Judged(False, "unknown_action", f"There is no such action. Choose from: {', '.join(Act.values)}.")
    if asked.resource.type not in RESOURCE_TYPES:
        return Judged(False, "unknown_resource", f"There is no {asked.resource} that you see.")
    return None


def _of_version(asked: Asked, who: Who, what: What, held: Iterable[Held], now: datetime) -> Judged:
    is_personal = what.privacy_class in PERSONAL_CLASSES or what.is_unsaid
    if not who.is_there:
        over = Ending("subject_gone", f"{asked.subject} is gone.")
        if who.user_id is not None:
            over = Ending("account_closed", f"The account of {asked.subject} is closed.")
        return Judged(False, *over, what, is_personal)
    if asked.action == Act.WRITE:
        return _of_writing(asked, who, what, is_personal)
    if asked.action == Act.READ_METADATA:
        return _of_seeing(asked, who, what, is_personal)
    if (closed := _of_state(what)) is not None:
        return Judged(False, *closed, what, is_personal)
    if is_personal:
        return _of_grants(asked, who, what, held, now)
    seen = _of_seeing(asked, who, what, is_personal)
    return Judged(True, OPEN, "", what, obligations=list(_of_end(what))) if seen.decision else seen


def _of_writing(asked: Asked, who: Who, what: What, is_personal: bool) -> Judged:
    """The team that answers for it writes it: a draft before it is published, what is quarantined to mend it."""
    if what.owner_id is None or what.owner_id not in who.teams:
        return Judged(False, "not_owner", f"{asked.subject} is not of the team that owns it.", what, is_personal)
    if what.state == VersionState.RETIRED:
        return Judged(False, what.state, f"{what.reference} is retired.", what, is_personal)
    return Judged(True, OWNER, "", what, is_personal)


def _of_seeing(asked: Asked, who: Who, what: What, is_personal: bool) -> Judged:
    is_of_owner = what.draft_owner_id is not None and what.draft_owner_id in who.teams
    may = who.sees_everything or what.state != VersionState.DRAFT or is_of_owner
    if what.sees_it and may:
        return Judged(True, OPEN, "", what, is_personal)
    return Judged(False, "not_visible", f"{asked.subject} does not see {what.reference}.", what, is_personal)


def _of_state(what: What) -> Ending | None:
    """Why nobody may read it now."""
    if what.state not in READABLE:
        return Ending(what.state, f"{what.reference} is {what.state}.")
    if what.is_off:
        return Ending("brownout", f"{what.reference} is switched off until {what.off_until:%Y-%m-%d %H:%M} UTC.")
    if what.is_unsaid:
        return Ending("unclassified", f"Nobody has said how personal {what.reference} is. Its owner has to.")
    return None


def _of_grants(asked: Asked, who: Who, what: What, held: Iterable[Held], now: datetime) -> Judged:
    """The grant that lasts longest of those that fit; else why the nearest one does not."""
    if not asked.purpose:
        return Judged(False, "purpose_missing", "Say in context.purpose what it is for.", what, True)
    nearest: Judged | None = None
    for one in held:
        missing = _missing(asked, who, what, one, now)
        if missing is None:
            obligations = [*_of_end(what), *({"type": "condition", "text": text} for text in one.conditions)]
            return Judged(True, GRANTED, "", what, True, one, obligations)
        nearest = nearest or Judged(False, *missing, what, True, one)
    if nearest is not None:
        return nearest
    if asked.purpose not in what.purposes:
        text = f"The contract of {what.reference} does not allow {asked.purpose}."
        return Judged(False, "purpose_not_allowed", text, what, True)
    return Judged(False, NO_GRANT, f"No grant for purpose {asked.purpose}.", what, True)


def _missing(asked: Asked, who: Who, what: What, held: Held, now: datetime) -> Ending | None:
    """Why this grant does not give what is asked."""
    if held.ends_at <= now:
        return Ending("grant_expired", f"GR-{held.id} ended on {held.ends_at:%Y-%m-%d %H:%M} UTC.")
    if over := why_over(_right(asked, who, what, held), now.date()):
        return over
    if asked.action == Act.SERVE and held.setting != Setting.ONLINE:
        return Ending("other_setting", f"GR-{held.id} is for reading offline only.")
    if held.environment not in ("", asked.environment):
        where = asked.environment or "an environment that was not said"
        return Ending("other_environment", f"GR-{held.id} is for {held.environment}, not for {where}.")
    return None


def _right(asked: Asked, who: Who, what: What, held: Held) -> Right:
    return Right(
        str(asked.subject), who.consumer_id is not None, who.is_there, who.team_id, held.team_id, what.reference,
        what.state, what.privacy_class, held.privacy_class, asked.purpose, held.purpose_ended_at,
        held.purpose_review_on, what.purposes,
    )  # fmt: skip


def _of_end(what: What) -> Iterator[dict[str, Any]]:
    """What comes with a yes to what goes away."""
    if what.state == VersionState.DEPRECATED:
        yield {"type": "warn_deprecated", "sunset": what.sunset_on}
    if what.is_off is False:
        yield {"type": "brownout", "until": what.off_until}


def _together(asked: Asked, judged: list[Judged]) -> Judged:
    """A view is open where each of its personal features is; the first row stands for the view itself."""
    of_view, of_features = judged[0], judged[1:]
    if asked.action not in READS or not of_features:
        return of_view
    closed = [one for one in of_features if not one.decision]
    if closed:
        text = closed[0].text if len(closed) == 1 else f"{len(closed)} of its personal features may not be read."
        return Judged(False, closed[0].code, text, closed[0].about, True, parts=closed)
    soonest = min((one for one in of_features if one.held), key=lambda one: one.held.ends_at)  # type: ignore[union-attr]
    told = [one | {"feature": part.about.reference} for part in of_features for one in part.obligations if part.about]
    return Judged(True, GRANTED, "", soonest.about, True, soonest.held, told)
