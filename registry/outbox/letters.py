"""What a message says, in the forms that channels understand: mail, Slack's blocks, Standard Webhooks."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from common import json
from registry.models import Message

_LONGEST_HEADER, _LONGEST_SECTION, _MOST_FIELDS, _LONGEST_FIELD = 150, 2_900, 10, 1_900


@dataclass(frozen=True, slots=True)
class Letter:
    """`facts` are (name, value), `links` (label, path); `code` is something to paste; `why` says why one gets it."""

    paragraphs: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    code: str = ""
    links: Sequence[tuple[str, str]] = field(default=())
    why: str = ""

    @property
    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def absolute_url(path: str) -> str:
    """Messages are read elsewhere: their links say where Charter is."""
    return path if path.startswith(("https://", "http://")) else f"{settings.CHARTER_BASE_URL}{path}"


def as_text(messages: Sequence[Message]) -> str:
    return render_to_string("registry/mail/message.txt", _context(messages))


def as_html(messages: Sequence[Message]) -> str:
    return render_to_string("registry/mail/message.html", _context(messages))


def _context(messages: Sequence[Message]) -> dict[str, Any]:
    return {"messages": messages, "base": settings.CHARTER_BASE_URL}


def as_slack(message: Message) -> bytes:
    """What Slack's incoming webhooks take, and Mattermost's and others' that follow them."""
    letter = message.letter
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": message.title[:_LONGEST_HEADER]}}
    ]
    blocks += [_section(_escaped(text)) for text in letter["paragraphs"]]
    facts = [f"*{_escaped(name)}*\n{_escaped(value)}"[:_LONGEST_FIELD] for name, value in letter["facts"]]
    if facts:
        fields = [{"type": "mrkdwn", "text": text} for text in facts[:_MOST_FIELDS]]
        blocks.append({"type": "section", "fields": fields})
    if letter["code"]:
        blocks.append(_section(f"```{_escaped(letter['code'])}```"))
    if letter["links"]:
        buttons = [
            {"type": "button", "text": {"type": "plain_text", "text": label[:75]}, "url": absolute_url(path)}
            for label, path in letter["links"]
        ]
        blocks.append({"type": "actions", "elements": buttons})
    if letter["why"]:
        blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": _escaped(letter["why"])}]})
    return json.dumps({"text": _escaped(message.title), "blocks": blocks})


def as_teams(message: Message) -> bytes:
    """An Adaptive Card, as a workflow of Microsoft Teams takes it. Its text knows no HTML, and no mention without an
    entity of its own."""
    letter = message.letter
    body: list[dict[str, Any]] = [_text_block(message.title, size="Medium", weight="Bolder")]
    body += [_text_block(text) for text in letter["paragraphs"]]
    if letter["facts"]:
        body.append({"type": "FactSet", "facts": [{"title": name, "value": value} for name, value in letter["facts"]]})
    if letter["code"]:
        body.append(_text_block(letter["code"], fontType="Monospace"))
    if letter["why"]:
        body.append(_text_block(letter["why"], size="Small", isSubtle=True))
    links = [{"type": "Action.OpenUrl", "title": label, "url": absolute_url(path)} for label, path in letter["links"]]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4",
        "body": body, "actions": links,
    }  # fmt: skip
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return json.dumps({"type": "message", "attachments": [attachment]})


def _text_block(text: str, **how: Any) -> dict[str, Any]:
    """Brackets make links in a card: nobody's words do."""
    return {"type": "TextBlock", "text": text.replace("[", "\\[")[:_LONGEST_SECTION], "wrap": True, **how}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text[:_LONGEST_SECTION]}}


def _escaped(text: str) -> str:
    """Slack's three control characters: nobody's words become a mention or a link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def as_event(message: Message) -> dict[str, Any]:
    """The payload of Standard Webhooks 1.0: thin, because what is restricted must be read with a token."""
    return {"type": message.event, "timestamp": message.created_at.isoformat(), "data": message.data}
