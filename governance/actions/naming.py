"""Naming rules: made and tried on their examples, words, waivers, and names that several teams use."""

import re
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

import re2
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.actions.reasons import SHORTEST_REASON, require_reason
from governance.models import NameDecision, NamedKind, NameWaiver, NameWord, NamingRule
from governance.queries.naming import compiled
from registry.actions.action import Note, action, invalid, lock
from registry.models import Project, Team, User

MOST_EXAMPLES, LONGEST_EXAMPLE, LONGEST_PATTERN, LONGEST_WAIVER = 20, 200, 500, timedelta(days=365)
_WORD, _WORDS = re.compile(r"[a-z0-9]{1,60}"), re.compile(r"(?=.{1,60}\Z)[a-z0-9]+(_[a-z0-9]+)*")
_FIELDS = ("pattern", "said", "right", "wrong", "is_advice", "is_on")


@action("governance.create_naming_rule")
def create_naming_rule(
    project: Project | None, note: Note, *, actor: User, kind: str, pattern: str, said: str, right: Sequence[str],
    wrong: Sequence[str], is_advice: bool = False,
) -> NamingRule:  # fmt: skip
    """A rule for names of one kind in a project, or without one in all. `pattern` is RE2 and matches whole names; it
    must let the names in `right` pass, and those in `wrong` not."""
    if kind not in NamedKind.values:
        raise invalid(kind=f"Choose from {', '.join(NamedKind.values)}.")
    rule = NamingRule(project=project, kind=kind, created_by=actor)
    say(rule, {"pattern": pattern, "said": said, "right": right, "wrong": wrong, "is_advice": is_advice})
    rule.save()
    note.subject = rule
    note.change("pattern", None, rule.pattern)
    return rule


@action("governance.change_naming_rule")
def change_naming_rule(rule: NamingRule, note: Note, *, actor: User, reason: str = "", **said: Any) -> NamingRule:
    """What is left out stays. A rule that is switched off is kept, with its examples."""
    row: NamingRule = lock(rule)
    if unknown := sorted(said.keys() - set(_FIELDS)):
        raise invalid(**dict.fromkeys(unknown, f"This cannot be set. Choose from {', '.join(_FIELDS)}."))
    before = {name: getattr(row, name) for name in said}
    say(row, said)
    for name, old in before.items():
        note.change(name, old, getattr(row, name))
    row.save()
    return row


@action("governance.change_naming_rule")
def remove_naming_rule(rule: NamingRule, note: Note, *, actor: User) -> None:
    row: NamingRule = lock(rule)
    note.change("pattern", row.pattern, None)
    row.delete()


def say(rule: NamingRule, said: dict[str, Any]) -> None:
    """Set what is said, without saving it, and try the whole rule on its examples. Raises ValidationError."""
    for name in ("right", "wrong"):
        if name in said:
            said[name] = _examples(name, said[name])
    for name, value in said.items():
        setattr(rule, name, value.strip() if isinstance(value, str) else value)
    if not 0 < len(rule.said) <= 300:
        raise invalid(said="Say what the rule asks, in 1 to 300 characters. Who breaks it reads it.")
    _try(rule)


def _try(rule: NamingRule) -> None:
    if not 0 < len(rule.pattern) <= LONGEST_PATTERN:
        raise invalid(pattern=f"1 to {LONGEST_PATTERN} characters.")
    try:
        pattern = compiled(rule.pattern)
    except re2.error as error:
        said = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        raise invalid(pattern=f"RE2 does not understand it: {said}.") from None
    if refused := [name for name in rule.right if not pattern.fullmatch(name)]:
        raise invalid(right=f"The pattern does not let {refused[0]} pass.")
    if passed := [name for name in rule.wrong if pattern.fullmatch(name)]:
        raise invalid(wrong=f"The pattern lets {passed[0]} pass.")


def _examples(field: str, names: Sequence[str]) -> list[str]:
    found = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    if not 0 < len(found) <= MOST_EXAMPLES or any(len(name) > LONGEST_EXAMPLE for name in found):
        raise invalid(**{field: f"1 to {MOST_EXAMPLES} names, each of at most {LONGEST_EXAMPLE} characters."})
    return found


@action("governance.create_naming_rule")
def set_name_word(project: Project | None, note: Note, *, actor: User, word: str, instead: str = "") -> NameWord:
    """Say that names may not use a word, and what to write instead; without `instead` it is forbidden."""
    if not _WORD.fullmatch(word):
        raise invalid(word="One word of at most 60 small letters and digits: names are split at _.")
    if instead and not _WORDS.fullmatch(instead):
        raise invalid(instead="Small letters, digits and _, such as amount; at most 60.")
    if word in instead.split("_"):
        raise invalid(instead="It may not say itself.")
    made, _ = NameWord.objects.update_or_create(project=project, word=word, defaults={"instead": instead})
    note.subject = made
    note.change("instead", None, instead)
    return made


@action("governance.change_naming_rule")
def remove_name_word(word: NameWord, note: Note, *, actor: User) -> None:
    note.change("instead", word.instead, None)
    lock(word).delete()


@action("governance.waive_name")
def waive_name(
    project: Project, note: Note, *, actor: User, kind: str, key: str, until: date, reason: str
) -> NameWaiver:  # fmt: skip
    """Let one name be, until a day at most a year away. Waiving it again moves the day."""
    today = timezone.now().date()
    if kind not in NamedKind.values:
        raise invalid(kind=f"Choose from {', '.join(NamedKind.values)}.")
    if not key.startswith(f"{project.name}."):
        raise invalid(key=f"Write its whole key, which begins with {project.name}.")
    if not today < until <= today + LONGEST_WAIVER:
        raise invalid(until="Choose a day after today, and within a year.")
    require_reason(reason)
    said = {"project": project, "reason": reason.strip(), "until": until, "given_by": actor}
    made, _ = NameWaiver.objects.update_or_create(kind=kind, key=key, defaults=said)
    note.subject = made
    note.change("until", None, until)
    return made


@action("governance.decide_name")
def decide_name(
    decision: NameDecision, note: Note, *, actor: User, teams: Collection[Team], reason: str
) -> NameDecision:  # fmt: skip
    """The committee lets these teams use one name; `decision` may be new. Should another team use it too, it is asked
    again."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise invalid(reason=f"Say why they may, in {SHORTEST_REASON} characters or more.")
    if len(teams) < 2:
        raise invalid(name="There is nothing to decide: no two teams use it.")
    decision.reason, decision.decided_by, decision.decided_at = reason.strip(), actor, timezone.now()
    try:
        with transaction.atomic():
            decision.save()
    except IntegrityError:
        raise invalid(name="Somebody has decided about it meanwhile.") from None
    decision.teams.set(teams)
    note.change("teams", None, sorted(team.slug for team in teams))
    return decision
