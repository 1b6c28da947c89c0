"""Larger pictures in templates: `{% load diagrams %}{% treemap areas label="Features by team" %}`.

The tags are the functions of `common.diagrams` and `common.timelines`, with the same arguments.
"""

from django import template

from common import diagrams, timelines

register = template.Library()

for draw in (diagrams.treemap, diagrams.sankey, diagrams.growth, timelines.timeline, timelines.burndown):
    register.simple_tag(draw)
