"""Larger pictures in templates: `{% load diagrams %}{% treemap areas label="Features by team" %}`.

The tags are the functions of `common.diagrams`, with the same arguments.
"""

from django import template

from common import diagrams

register = template.Library()

for draw in (diagrams.treemap, diagrams.sankey, diagrams.growth):
    register.simple_tag(draw)
