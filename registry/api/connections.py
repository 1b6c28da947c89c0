"""Connections: listed, made, changed, tested, previewed, pulled."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from common import etags
from common.fields import Selection
from common.logs import scrub
from common.problems import Unreachable, as_problem
from connectors.records import ConnectorError
from registry.actions.action import allow
from registry.actions.connections import create_connection, test_connection
from registry.actions.edits import edit_connection
from registry.actions.previews import preview_connection
from registry.actions.pulls import request_pull
from registry.api.edits import team_of
from registry.api.endpoints import Endpoint
from registry.api.lists import ListEndpoint
from registry.api.objects import ObjectEndpoint
from registry.api.operations import OperationView, operation_url
from registry.api.writes import write
from registry.choices import Scope
from registry.models import Actor, Connection
from registry.revisions import COLUMNS
from registry.serializers.connections import ADDRESS_NAMES, ConnectionSerializer, OperationSerializer
from registry.serializers.requests import EditConnectionSerializer, NewConnectionSerializer, PullRequestSerializer
from registry.stores import pulls_of

EVERY = ("definitions_every", "measurements_every")


class ConnectionListView(ListEndpoint):
    """All connections. Their addresses are for those who answer for them."""

    serializer_class = ConnectionSerializer
    required_scopes = {"GET": Scope.FEATURES_READ, "POST": Scope.ADMIN}
    sorts = {"slug": ("slug",)}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Connection]:
        return Connection.objects.all()

    @write
    @extend_schema(request=NewConnectionSerializer, responses={201: ConnectionSerializer})
    def post(self, request: Request) -> HttpResponse:
        """Connect a store. Secrets go in and never come out."""
        allow(self.actor, "registry.create_connection", None)
        sent = _arguments(self.sent(NewConnectionSerializer))
        with refusals_at_addresses():
            made = create_connection(sent.pop("owner", None), actor=self.actor, **sent)
        view = ConnectionView(request=request)
        response = view.answer_shown(view.show(slug=made.slug, selection=Selection()), status=201)
        response["Location"] = reverse("api:connection", args=[made.slug])
        return response


class ConnectionView(ObjectEndpoint):
    """One connection."""

    serializer_class = ConnectionSerializer
    required_scopes = {"GET": Scope.FEATURES_READ, "PATCH": Scope.ADMIN}
    conditional_methods = ("PATCH",)
    lookup = {"slug": "slug"}
    revision_columns = COLUMNS[Connection]

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Connection]:
        return Connection.objects.all()

    @write
    @extend_schema(request=EditConnectionSerializer)
    def patch(self, request: Request, slug: str) -> HttpResponse:
        """Change a connection. An address left out keeps its value and its secret."""
        connection = self.find(slug=slug)
        allow(self.actor, "registry.change_connection", connection)
        expected = etags.revision_expected(request._request)
        changes = _arguments(self.sent(EditConnectionSerializer))
        with refusals_at_addresses():
            edit_connection(connection, actor=self.actor, expected=expected, **changes)
        return self.answer_shown(self.show(slug=slug, selection=Selection()))


class RightSerializer(serializers.Serializer):
    name = serializers.CharField()
    ok = serializers.BooleanField()
    detail = serializers.CharField()
    fix = serializers.CharField(help_text="What to do when it did not work.")


class RightsSerializer(serializers.Serializer):
    data = RightSerializer(many=True)


class ConnectionTestView(Endpoint):
    """Try each right that a connection needs, one line each. Changes nothing."""

    required_scopes = {"POST": Scope.ADMIN}

    @extend_schema(request=None, responses=RightsSerializer)
    def post(self, request: Request, slug: str) -> HttpResponse:
        connection = ConnectionView(request=request).find(slug=slug)
        rights = test_connection(connection, actor=self.actor)
        return self.answer({"data": [asdict(right) for right in rights]})


class PreviewSerializer(serializers.Serializer):
    """What a pull would do. Lists are cut to the first few."""

    projects = serializers.IntegerField()
    views = serializers.IntegerField()
    new_views = serializers.IntegerField()
    known_views = serializers.IntegerField()
    features = serializers.IntegerField()
    services = serializers.IntegerField()
    clashing_projects = serializers.ListField(child=serializers.CharField())
    without_owner = serializers.IntegerField()
    without_description = serializers.IntegerField()
    likely_personal = serializers.ListField(child=serializers.CharField())
    likely_personal_count = serializers.IntegerField()
    warnings = serializers.ListField(child=serializers.CharField())


class ConnectionPreviewView(Endpoint):
    """Read the store's definitions and say what a pull would do. Writes nothing."""

    required_scopes = {"POST": Scope.ADMIN}
    other_problems = {"POST": (502,)}

    @extend_schema(request=None, responses=PreviewSerializer)
    def post(self, request: Request, slug: str) -> HttpResponse:
        connection = ConnectionView(request=request).find(slug=slug)
        try:
            return self.answer(asdict(preview_connection(connection, actor=self.actor)))
        except ConnectorError as error:
            raise Unreachable(scrub(str(error)), fix=scrub(error.fix)) from None


class ConnectionPullView(Endpoint):
    """Pull now. While one is unfinished, asking again gives that one."""

    required_scopes = {"POST": Scope.FEATURES_WRITE}

    @write
    @extend_schema(request=PullRequestSerializer, responses={202: OperationSerializer})
    def post(self, request: Request, slug: str) -> HttpResponse:
        connection = ConnectionView(request=request).find(slug=slug)
        allow(self.actor, "registry.pull_connection", connection)
        kind = self.sent(PullRequestSerializer).get("kind", pulls_of(connection.kind)[0])
        pull = request_pull(connection, kind=kind, actor=self.actor)
        view = OperationView(request=request)
        shown = view.show(number=pull.pk, selection=Selection())
        headers = {"Location": operation_url(pull), "Retry-After": "1"}
        return self.answer(shown.text.encode(), status=202, headers=headers)


@contextmanager
def refusals_at_addresses() -> Iterator[None]:
    """Point into `addresses` where an action refuses one: it knows them by their names alone."""
    try:
        yield
    except ValidationError as error:
        problem = as_problem(error)
        for refusal in problem.errors:
            if refusal["pointer"].removeprefix("/") in ADDRESS_NAMES:
                refusal["pointer"] = f"/addresses{refusal['pointer']}"
        raise problem from None


def _arguments(sent: dict[str, Any]) -> dict[str, Any]:
    """What was sent, as the actions want it: durations, and a team instead of its slug."""
    arguments = {name: value for name, value in sent.items() if not name.endswith("_seconds")}
    for name in EVERY:
        if (seconds := sent.get(f"{name}_seconds")) is not None:
            arguments[name] = timedelta(seconds=seconds)
    if arguments.get("owner"):
        arguments["owner"] = team_of(arguments["owner"], "/owner")
    return arguments
