"""The health of a view as a small picture, for the README of whoever reads it."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

from registry.choices import Health

WORDS = {Health.OK: "healthy", Health.AT_RISK: "at risk", Health.BREACHED: "breached", Health.UNKNOWN: "unknown"}
COLOURS = {Health.OK: "#0a6c74", Health.AT_RISK: "#8a5300", Health.BREACHED: "#b3123f", Health.UNKNOWN: "#545e6c"}
_WIDE, _PAD = 6.6, 12  # of a letter, and around a word
LONGEST = 40


def badge(name: str, health: Health) -> SafeString:
    """An SVG that fits one line of text."""
    label = name if len(name) <= LONGEST else f"…{name[1 - LONGEST :]}"
    word = WORDS[health]
    left, right = (round(len(text) * _WIDE + _PAD) for text in (label, word))
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="20" role="img" aria-label="{1}: {2}">'
        '<title>{1}: {2}</title><rect width="{3}" height="20" rx="3" fill="#2f3742"/>'
        '<rect x="{4}" width="{5}" height="20" rx="3" fill="{6}"/><rect x="{4}" width="4" height="20" fill="{6}"/>'
        '<g fill="#fff" font-family="ui-monospace,Menlo,Consolas,monospace" font-size="11" text-anchor="middle">'
        '<text x="{7}" y="14">{1}</text><text x="{8}" y="14">{2}</text></g></svg>',
        left + right, label, word, left + 3, left, right, COLOURS[health], left / 2, left + right / 2,
    )  # fmt: skip
