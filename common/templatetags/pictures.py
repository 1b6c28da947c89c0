"""Pictures in templates: `{% load pictures %}{% sparkline ages limit=7200 label="Age, last 30 days" %}`.

The tags are the functions of `common.pictures`, with the same arguments.
"""

from django import template

from common import pictures

register = template.Library()

for draw in (pictures.sparkline, pictures.distribution, pictures.bar, pictures.strip, pictures.dots, pictures.timeline):
    register.simple_tag(draw)
