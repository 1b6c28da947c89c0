"""Small pictures for the READMEs of others: how a view is, or how much of a scorecard is met."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

from registry.choices import Health

WORDS = {Health.OK: "healthy", Health.AT_RISK: "at risk", Health.BREACHED: "breached", Health.UNKNOWN: "unknown"}
COLOURS = {Health.OK: "#0a6c74", Health.AT_RISK: "#8a5300", Health.BREACHED: "#b3123f", Health.UNKNOWN: "#545e6c"}
_WIDE, _PAD = 6.6, 12  # of a letter, and around a word
LONGEST = 40


def badge(name: str, health: Health) -> SafeString:
    """The health of a view, as an SVG that fits one line of text."""
    return picture(name, WORDS[health], health)


def share_of(good: int, all: int) -> Health:
    """How a badge colours so many of so many: at risk where some are missing, breached where most are."""
    if not all:
        return Health.UNKNOWN
    return Health.OK if good == all else Health.AT_RISK if 2 * good >= all else Health.BREACHED


def picture(name: str, word: str, health: Health) -> SafeString:
    """An SVG with a name and a word, coloured as that health."""
    label = name if len(name) <= LONGEST else f"…{name[1 - LONGEST :]}"
    left, right = (round(len(text) * _WIDE + _PAD) for text in (label, word))
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="20" role="img" aria-label="{1}: {2}">'
        '<title>{1}: {2}</title><rect width="{3}" height="20" rx="3" fill="#2f3742"/>'
        '<rect x="{4}" width="{5}" height="20" rx="3" fill="{6}"/><rect x="{4}" width="4" height="20" fill="{6}"/>'
        '<g fill="#fff" font-family="ui-monospace,Menlo,Consolas,monospace" font-size="11" text-anchor="middle">'
        '<text x="{7}" y="14">{1}</text><text x="{8}" y="14">{2}</text></g></svg>',
        left + right, label, word, left + 3, left, right, COLOURS[health], left / 2, left + right / 2,
    )  # fmt: skip
