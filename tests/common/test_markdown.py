"""Markdown on pages: what it becomes, and that nothing in it can run."""

from collections.abc import Callable

import pytest

from common.markdown import render, render_line


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHN=)", "[x](vbscript:x)", "<a href='javascript:alert(1)'>x</a>",
        "![x](http://evil.example.org/pixel.png)", "<style>*{display:none}</style>", "`<script>`",
        '[x](http://a "onmouseover=alert(1)")', "<svg/onload=alert(1)>", "|a|\n|-|\n|<script>alert(1)</script>|",
    ],
)  # fmt: skip
@pytest.mark.parametrize("how", [render, render_line])
def test_nothing_in_it_runs(how: Callable[[str], str], hostile: str) -> None:
    html = how(hostile)
    for forbidden in ("<script", "<img", "<svg", "<style", 'javascript:alert(1)"', 'href="data:', 'href="vbscript:'):
        assert forbidden not in html


def test_headings_begin_below_those_of_the_page() -> None:
    assert render("# One\n\n## Two\n\n###### Six", below=2) == "<h3>One</h3>\n<h4>Two</h4>\n<h6>Six</h6>\n"


def test_tables_name_their_columns() -> None:
    assert '<th scope="col">a</th>' in render("| a |\n|---|\n| 1 |")


def test_links_go_where_they_are_sent() -> None:
    html = render("[a](one.md) [b](https://example.org/?x=1&y=2)", link=lambda to: to.replace("one.md", "/docs/one/"))
    assert '<a href="/docs/one/">a</a>' in html
    assert '<a href="https://example.org/?x=1&amp;y=2">b</a>' in html


def test_a_line_has_no_paragraph() -> None:
    assert render_line("slug or `none`") == "slug or <code>none</code>"
