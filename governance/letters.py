"""What the readers of a deprecated version are told: what ends, when, what to do, and how to answer."""

from collections.abc import Sequence
from datetime import date

from governance.models import Deprecation, Extension, Reader
from registry import contracts
from registry.models import Brownout, Version
from registry.outbox.letters import Letter
from registry.snippets import feast_reference


def ending(deprecation: Deprecation, readers: Sequence[Reader]) -> Letter:
    """That a version ends, for one team and what it runs."""
    version = deprecation.version
    paragraphs = [version.state_reason]
    if instead := deprecation.instead:
        paragraphs.append(instead)
    paragraphs.append(f"{_names(readers)} of yours {'reads' if len(readers) == 1 else 'read'} it.")
    links = [
        ("Acknowledge", _answer(deprecation, "acknowledged")),
        ("I need more time", f"{deprecation.get_absolute_url()}?answer=more-time#answer"),
        ("We do not read it", _answer(deprecation, "not-using")),
    ]
    return Letter(
        paragraphs=[text for text in paragraphs if text], facts=_facts(version), code=_patch(version), links=links,
        why=f"You get this because your team answers for {_names(readers)}.",
    )  # fmt: skip


def general(deprecation: Deprecation) -> Letter:
    """The same for whoever follows the feature, or listens to everything."""
    version = deprecation.version
    return Letter(
        paragraphs=[text for text in (version.state_reason,) if text], facts=_facts(version), code=_patch(version),
        links=[("Open", deprecation.get_absolute_url())],
        why="You get this because you follow it, or listen to everything.",
    )  # fmt: skip


def cancelled(deprecation: Deprecation) -> Letter:
    return Letter(
        paragraphs=("It stays active, and nothing needs to be done.",),
        links=[("Open", deprecation.version.feature.get_absolute_url())],
        why="You get this because you were told that it would end.",
    )


def retired(deprecation: Deprecation) -> Letter:
    replacement = deprecation.version.replacement
    return Letter(
        paragraphs=(f"{replacement} replaces it." if replacement else "Nothing replaces it.",),
        links=[("Open", deprecation.version.feature.get_absolute_url())],
        why="You get this because you were told that it would end.",
    )


def brownout(deprecation: Deprecation, window: Brownout) -> Letter:
    """That it will be, is, or was switched off for a while."""
    what = "checks say that it is blocked" if window.is_hard else "checks warn"
    return Letter(
        paragraphs=(f"As a rehearsal of its end, meanwhile {what}. Whoever notices still reads it.",),
        facts=[("From", f"{window.starts_at:%Y-%m-%d %H:%M} UTC"), ("To", f"{window.ends_at:%Y-%m-%d %H:%M} UTC")],
        links=[("Open", deprecation.get_absolute_url())],
        why="You get this because something of yours reads it.",
    )  # fmt: skip


def overdue(deprecation: Deprecation, readers: Sequence[Reader]) -> Letter:
    """For the committee: the last day has passed and somebody still reads it."""
    return Letter(
        paragraphs=(
            f"{_names(readers)} still {'reads' if len(readers) == 1 else 'read'} it, so it cannot retire. "
            "The committee can waive a reader, or the owner moves the last day.",
        ),
        facts=_facts(deprecation.version), links=[("Open", deprecation.get_absolute_url())],
        why="You get this because you are on the committee.",
    )  # fmt: skip


def answered(deprecation: Deprecation, reader: Reader) -> Letter:
    return Letter(
        paragraphs=[text for text in (f"{reader.state.label}.", reader.note) if text],
        links=[("Open", deprecation.get_absolute_url())],
        why="You get this because your team answers for the feature.",
    )  # fmt: skip


def asked(extension: Extension) -> Letter:
    return Letter(
        paragraphs=(extension.reason,), facts=[("Until", extension.until.isoformat())],
        links=[("Decide", f"{extension.reader.deprecation.get_absolute_url()}#extensions")],
        why="You get this because your team answers for the feature.",
    )  # fmt: skip


def decided(extension: Extension) -> Letter:
    return Letter(
        paragraphs=[text for text in (extension.answer,) if text],
        facts=[("Asked until", extension.until.isoformat())],
        links=[("Open", extension.reader.deprecation.get_absolute_url())],
        why="You get this because your team asked for more time.",
    )  # fmt: skip


def _facts(version: Version) -> list[tuple[str, str]]:
    replacement = version.replacement
    facts = [("Last day", _day(version.sunset_on)), ("Replacement", str(replacement) if replacement else "none")]
    if replacement is not None:
        pair = (version, replacement)
        hide = any(contracts.is_personal(one.feature, one) for one in pair)
        both = (contracts.describe(one, hide_values=hide) for one in pair)
        told = [one for one in contracts.differences(*both) if one.field in _TOLD]
        facts += [(one.field, f"{one.old} → {one.new}") for one in told]
    return facts


# Of what differs between old and new, what a reader has to change something for.
_TOLD = frozenset({"Type", "Unit", "Entity keys", "Default", "Nulls", "Vector", "Data class"})


def _patch(version: Version) -> str:
    """What to change where it is read, as Feast and as Charter spell it."""
    replacement = version.replacement
    if replacement is None:
        return ""
    pairs = (
        (feast_reference(version.feature, version.number), feast_reference(replacement.feature, replacement.number)),
        (str(version), str(replacement)),
    )
    return "\n".join(f"- {old}\n+ {new}" for old, new in pairs if old != new)


def _answer(deprecation: Deprecation, answer: str) -> str:
    return f"{deprecation.get_absolute_url()}?answer={answer}#answer"


def _names(readers: Sequence[Reader]) -> str:
    names = [str(one.consumer) for one in readers]
    shown = names if len(names) <= 5 else [*names[:4], f"{len(names) - 4} more"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _day(day: date | None) -> str:
    return f"{day:%A, %-d %B %Y}" if day else "not set"
