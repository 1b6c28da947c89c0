"""Quantities in templates: `{{ age|duration }}`, `{{ rate|percent }}`, `{{ n|compact }}`, `{% moment started_at %}`."""

from datetime import UTC, datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common import quantities

register = template.Library()

register.filter("duration", quantities.duration)
register.filter("percent", quantities.percent)
register.filter("count", quantities.count)
register.filter("compact", quantities.compact)
register.filter("figure", quantities.figure)
register.filter("size", quantities.size)


@register.simple_tag
def moment(at: datetime | None, *, absent: str = "never", both: bool = False) -> SafeString:
    """A `<time>`: relative on the page, absolute on hover and in print; `both=True` shows the two side by side.

    `absent` is the word for None, such as "not measured yet".
    """
    if at is None:
        return format_html('<span class="muted">{}</span>', absent)
    exact = quantities.absolute(at)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>{}',
        at.astimezone(UTC).isoformat(timespec="seconds"),
        exact,
        quantities.relative(at),
        format_html(' <span class="muted">{}</span>', exact) if both else "",
    )
