"""Asks a Prometheus, or what answers as one does, about the servers of features."""

from collections.abc import Collection, Iterator
from math import isfinite
from re import compile as pattern
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from connectors.http import JsonService
from connectors.prometheus.questions import QUESTIONS, Question, quoted
from connectors.records import ConnectorError, Figure, Figures, Right
from connectors.redaction import SECRET_NAME, storable
from connectors.shapes import Json, items, part, parts, text

LABEL = pattern(r"[a-zA-Z_][a-zA-Z0-9_]{0,100}")
ALIVE = "vector(1)"
KNOWN = "count(feast_feature_server_request_total{$more})"
MOST_SERIES = 100_000
LONGEST_NAME = 500
_FIX = "Start Feast's servers with `feast serve --metrics`, scrape them, or correct the labels behind the ?."


class PrometheusServing:
    """`http://prometheus:9090?job=feast`: what stands behind the question mark are labels that every series must have,
    which keeps the servers of one store apart from others.
    """

    def __init__(self, url: str, *, token: str = "", allowed_hosts: Collection[str] = ()) -> None:
        self._web = JsonService(url, product="Prometheus", token=token, allowed_hosts=allowed_hosts)
        self._more = matchers(url)

    def test(self) -> list[Right]:
        with self._web as web:
            answers = web.tried("answers", lambda: self._ask(ALIVE), "Check the address, which ends before /api.")
            if not answers.ok:
                return [answers]
            found = [value for _, value in self._ask(Question("", KNOWN).filled(self._more))]
        known = Right("knows Feast's servers", bool(found), *(() if found else ("It has no figures of them.", _FIX)))
        return [answers, known]

    def figures(self) -> Figures:
        """Of the last hour. A question that cannot be answered costs only itself; a server that is away gets one."""
        found: list[Figure] = []
        problems: list[str] = []
        with self._web:
            self._ask(ALIVE)
            for question in QUESTIONS:
                try:
                    found += self._answered(question)
                except ConnectorError as error:
                    problems.append(f"{question.figure}: {error} {error.fix}".strip())
        return Figures(tuple(found), tuple(problems))

    def _answered(self, question: Question) -> Iterator[Figure]:
        query = question.filled(self._more)
        for labels, value in self._ask(query):
            view, project = (
                _name(labels, label) if question.is_of_views else "" for label in ("feature_view", "project")
            )
            if view or not question.is_of_views:
                yield Figure(question.figure, value, query, view, project)

    def _ask(self, query: str) -> list[tuple[Json, float]]:
        """Labels and value of each series that is there now. What is no number, as 0 of 0, is left out."""
        answer = part(self._web.get("/api/v1/query", query=query), "data")
        if answer.get("resultType") != "vector":
            raise ConnectorError("Prometheus answers with no vector.", fix="Check the address.")
        series = parts(answer, "result")
        if len(series) > MOST_SERIES:
            raise ConnectorError(f"Prometheus answers with more than {MOST_SERIES:,} series.", fix=_FIX)
        found = ((part(one, "metric"), _number(items(one, "value"))) for one in series)
        return [(labels, value) for labels, value in found if value is not None]


def matchers(url: str) -> str:
    """The labels of an address, as PromQL. Raises ConnectorError for a name that is no label's."""
    asked = parse_qsl(urlsplit(url.strip()).query, keep_blank_values=True)
    wrong = [name for name, _ in asked if not LABEL.fullmatch(name)]
    if wrong:
        raise ConnectorError(
            f"{wrong[0][:50]!r} is no label.", fix="Write labels behind the address as ?job=feast&cluster=eu."
        )
    if secret := [name for name, _ in asked if SECRET_NAME.search(name)]:
        raise ConnectorError(
            f"Labels are shown with every figure, and {secret[0]!r} sounds like a secret.",
            fix="Give a login in the address, or a token of its own.",
        )
    return ", ".join(f"{name}={quoted(value)}" for name, value in asked)


def shown_at(url: str, query: str) -> str:
    """Where a person sees the answer to `query`; empty where the address is none."""
    parts_ = urlsplit(url.strip())
    if parts_.scheme not in ("http", "https") or not parts_.hostname:
        return ""
    place = parts_.netloc.rpartition("@")[2]
    return f"{parts_.scheme}://{place}{parts_.path.rstrip('/')}/graph?g0.expr={quote(query, safe='')}&g0.tab=1"


def _number(sample: list[Any]) -> float | None:
    try:
        value = float(sample[1])
    except (IndexError, TypeError, ValueError):
        return None
    return value if isfinite(value) else None


def _name(labels: Json, label: str) -> str:
    return storable(text(labels, label))[:LONGEST_NAME]
