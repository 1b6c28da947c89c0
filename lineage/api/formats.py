"""Formats of other tools that `?format=` knows."""

from common.json import OrjsonRenderer


class OpenLineage(OrjsonRenderer):
    """Names the format, so that `?format=` knows it."""

    format = "openlineage"
