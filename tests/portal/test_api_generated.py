"""Requests made up from the description itself: every answer is one that the description promises."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from portal.wsgi import application
from registry.models import Usage
from tests.cast import token_for
from tests.factories import (
    ConnectionFactory,
    ConsumerFactory,
    EntityFactory,
    FeatureFactory,
    ProjectFactory,
    ViewFactory,
)
from tests.measured import measure

KEPT = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]


@pytest.fixture
def _kept_connection() -> Iterator[None]:
    """As Django's own test client does: a request's end must not close the connection with the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def token(cast: SimpleNamespace, _kept_connection: None) -> str:
    """Of somebody who may nearly everything, in a registry that has something of each kind."""
    project = ProjectFactory(name="p", owner=cast.payments)
    view = ViewFactory(project=project, name="v")
    feature = FeatureFactory(view=view, name="f")
    view.entities.add(EntityFactory(project=project))
    Usage.objects.create(consumer=ConsumerFactory(project=project), feature=feature, evidence="declared")
    ConnectionFactory(owner=cast.payments)
    measure(view)
    cast.owner_a.groups.add(cast.admin.groups.get())
    return token_for(cast.owner_a, "features:read", "features:write", "access:request", "access:decide", "admin")


schema = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
schema.app = application


@schema.parametrize()
@settings(max_examples=3, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_answers_are_as_described(case: Any, token: str) -> None:
    response = case.call(headers={"Authorization": f"Bearer {token}"})
    if response.status_code != 502:  # a store that is not there is no fault of ours
        case.validate_response(response, checks=KEPT)
