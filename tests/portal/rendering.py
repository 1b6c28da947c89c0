"""Renders a piece of template as a page would: through cotton, with the built-in tags. Nothing needs a database."""

import re
from typing import Any

from django.template import Context, Template
from django_cotton.compiler_regex import CottonCompiler


def rendered(source: str, **context: Any) -> str:
    """The markup, with runs of white space made one blank."""
    markup = Template(CottonCompiler().process(source)).render(Context(context))
    return re.sub(r"\s+", " ", markup).strip()
