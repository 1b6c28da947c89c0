"""Markdown for pages: HTML in the text is text, and what comes out is cleaned once more."""

from collections.abc import Callable

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

_TAGS = {
    "p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "a", "code", "pre", "strong", "em", "del",
    "blockquote", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, "h2": {"id"}, "h3": {"id"}, "th": {"scope"}}
_markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def render(text: str, *, below: int = 1, link: Callable[[str], str] = lambda address: address) -> SafeString:
    """The text as HTML. Its first level of headings becomes level `below` + 1; `link` may change where a link goes.

    Links other than http, https, mailto and those within the site lose their address.
    """
    tokens = _markdown.parse(text)
    for token in tokens:
        _fit(token, below, link)
    return _cleaned(_markdown.renderer.render(tokens, _markdown.options, {}))


def render_line(text: str) -> SafeString:
    """A text of one line: code, stress and links, no paragraph around it."""
    return _cleaned(_markdown.renderInline(text))


def _cleaned(html: str) -> SafeString:
    clean = nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"http", "https", "mailto"}, link_rel=None)
    return mark_safe(clean)  # noqa: S308  nh3 has just cleaned it


def _fit(token: Token, below: int, link: Callable[[str], str]) -> None:
    if token.type in {"heading_open", "heading_close"}:
        token.tag = f"h{min(int(token.tag[1:]) + below, 6)}"
    elif token.type == "th_open":
        token.attrs = {"scope": "col"}
    for child in token.children or []:
        if child.type == "link_open":
            child.attrSet("href", link(str(child.attrGet("href") or "")))
