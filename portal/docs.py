"""Help: the pages of docs/, with the reader's own address in their examples."""

import re
from dataclasses import dataclass
from functools import cache
from itertools import count

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET

from common.markdown import render as render_markdown

PAGES = (
    "for-services", "authorization", "for-owners", "committee", "for-auditors", "classes", "access", "enforcement",
    "lineage", "lineage-names", "naming", "files", "client", "problems", "quick-start", "concepts", "search",
    "freshness", "drift", "serving", "migration", "incidents", "scorecard", "runbook-online-store",
    "runbook-materialization", "runbook-backfill", "runbook-rollback", "operations", "add-a-connector",
    "life-of-a-request",
)  # fmt: skip
_EXAMPLE_ADDRESS = "http://localhost:8000"
_PAGE_LINK = re.compile(r"^([\w-]+)\.md(#[\w-]+)?$")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of help. `lead` is its first paragraph, in plain text."""

    slug: str
    title: str
    lead: str
    body: SafeString


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """What help there is; the quick start for services first in sight."""
    return render(request, "portal/docs/index.html", {"pages": [page_of(slug) for slug in PAGES]})


@require_GET
def page(request: HttpRequest, slug: str) -> HttpResponse:
    if slug not in PAGES:
        raise Http404("There is no such page of help.")
    context = {"page": page_of(slug), "pages": [page_of(other) for other in PAGES]}
    return render(request, "portal/docs/page.html", context)


@cache
def page_of(slug: str) -> Page:
    """The page from its file, with the address of this installation instead of the example's."""
    text = (settings.BASE_DIR / "docs" / f"{slug}.md").read_text().replace(_EXAMPLE_ADDRESS, settings.CHARTER_BASE_URL)
    title, _, rest = text.removeprefix("# ").partition("\n")
    lead = next((part for part in rest.strip().split("\n\n") if part[0].isalpha()), "")
    body = render_markdown(rest, below=0, link=_address)
    return Page(slug, title, re.sub(r"[*`\[\]]|\(\S+\)", "", lead).replace("\n", " "), _with_tools(body))


def _address(link: str) -> str:
    """Other pages of help by their address here. Files that only a checkout has lose their link."""
    if found := _PAGE_LINK.match(link):
        return reverse("portal:docs-page", args=[found[1]]) + (found[2] or "") if found[1] in PAGES else ""
    return link if link.startswith(("/", "https://", "http://", "#")) else ""


def _with_tools(html: SafeString) -> SafeString:
    """Copy buttons on code, boxes around tables. The text was cleaned, so these tags are Markdown's own."""
    numbers = count(1)
    code = '<div class="code"><button type="button" class="btn tiny js-only" data-copy-code aria-label="Copy example {0}">Copy</button><pre tabindex="0" role="region" aria-label="Example {0}"><code>'  # noqa: E501
    table = '<div class="table-box" tabindex="0" role="region" aria-label="Table {0}"><table>'
    text = re.sub("<pre><code>", lambda _: format_html(code, next(numbers)), html)
    text = text.replace("</code></pre>", "</code></pre></div>")
    text = re.sub(r"<h2>(\w+)</h2>", r'<h2 id="\1">\1</h2>', text)
    text = re.sub("<table>", lambda _: format_html(table, next(numbers)), text).replace("</table>", "</table></div>")
    return mark_safe(text)  # noqa: S308  cleaned by `render`, and only our own markup was added
