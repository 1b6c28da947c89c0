"""Bodies that are meant to break things: an answer with a reason, never a 500, and nothing changed."""

import gzip
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client, override_settings
from rest_framework.test import APIClient

from registry.models import AuditEntry, Feature
from tests.cast import api_as, token_for
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory

KEY = "/api/v1/features/pay.stats.amount"
WRITES = {
    KEY: ("patch", {"description": "x", "owner": "risk", "tags": {"a": "b"}, "reason": "y"}),
    "/api/v1/views/pay.stats": (
        "patch",
        {"description": "x", "owner": "risk", "slo_freshness_seconds": 60, "slo_max_null_rate": 0.1, "reason": "y"},
    ),
    "/api/v1/features/batch-get": ("post", {"keys": ["a"]}),
    "/api/v1/features/resolve": ("post", {"text": "a"}),
    "/api/v1/tokens": (
        "post",
        {"name": "x", "scopes": ["features:read"], "days": 1, "namespaces": ["a"], "user": "svc-checkout"},
    ),
}  # fmt: skip
FIELDS = [(path, name) for path, (_, body) in WRITES.items() for name in body]


@pytest.fixture
def alice(cast: SimpleNamespace) -> APIClient:
    view = ViewFactory(project=ProjectFactory(name="pay", owner=cast.payments), name="stats")
    FeatureFactory(view=view, name="amount")
    cast.owner_a.groups.add(cast.admin.groups.get())  # who owns and administers reaches every write
    return api_as(cast.owner_a, "features:read", "features:write", "admin")


def send(client: APIClient, path: str, body: Any, **extra: Any) -> Any:
    return getattr(client, WRITES[path][0])(path, body, HTTP_IF_MATCH="*", **extra)


@pytest.mark.parametrize(("path", "name"), FIELDS)
def test_another_type_than_expected(alice: APIClient, path: str, name: str) -> None:
    """An array where a scalar is expected is how accounts of others were taken over elsewhere."""
    usual = WRITES[path][1][name]
    for value in ([usual], [[]], {"a": {"b": []}}):
        answer = send(alice, path, WRITES[path][1] | {name: value})
        assert answer.status_code in (400, 422), (value, answer.content)
        if answer.status_code == 422:
            assert any(error["pointer"].startswith(f"/{name}") for error in answer.json()["errors"]), answer.json()
    assert AuditEntry.objects.count() == 0


@pytest.mark.parametrize("path", WRITES)
@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"1", b'"x"', b"{", b"{'a': 1}", b"\xff\xfe", b'{"a": NaN}', b'{"\\ud800": 1}'],
    ids=str,
)
def test_documents_that_are_no_object(alice: APIClient, path: str, body: bytes) -> None:
    answer = send(alice, path, body, content_type="application/json")
    # An edit that edits nothing is no error.
    assert answer.status_code in (400, 422) or (body == b"" and answer.status_code == 200)
    assert AuditEntry.objects.count() == 0


@pytest.mark.parametrize("path", WRITES)
def test_nul_depth_and_unknown_types(alice: APIClient, path: str) -> None:
    for body in (b'{"reason": "a\\u0000b"}', b'{"a":' * 2_000 + b"1" + b"}" * 2_000, b"[" * 900 + b"]" * 900):
        answer = send(alice, path, body, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed_body")
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/xml"):
        answer = send(alice, path, b"a=b", content_type=kind)
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=10_000)
@pytest.mark.parametrize("path", WRITES)
def test_too_much_is_refused(alice: APIClient, path: str) -> None:
    large = b'{"reason": "' + b"x" * 20_000 + b'"}'
    for body, extra in ((large, {}), (gzip.compress(large), {"HTTP_CONTENT_ENCODING": "gzip"})):
        answer = send(alice, path, body, content_type="application/json", **extra)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_gzipped_body_is_read(alice: APIClient) -> None:
    body = gzip.compress(b'{"description": "packed"}')
    assert send(alice, KEY, body, content_type="application/json", HTTP_CONTENT_ENCODING="gzip").status_code == 200
    assert Feature.objects.get().description == "packed"


def chunked(cast: SimpleNamespace, body: bytes) -> Any:
    """What a WSGI server hands over for a body sent in chunks: no length, and a stream that ends."""
    environment = {
        "PATH_INFO": KEY,
        "REQUEST_METHOD": "PATCH",
        "CONTENT_TYPE": "application/json",
        "HTTP_TRANSFER_ENCODING": "chunked",
        "HTTP_IF_MATCH": "*",
        "HTTP_AUTHORIZATION": f"Bearer {token_for(cast.owner_a, 'features:write')}",
        "wsgi.input": BytesIO(body),
    }
    return Client().request(**environment)


def test_a_chunked_body_is_read(alice: APIClient, cast: SimpleNamespace) -> None:
    assert chunked(cast, b'{"description": "in chunks"}').status_code == 200
    assert Feature.objects.get().description == "in chunks"


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100)
def test_a_chunked_body_has_a_limit_too(alice: APIClient, cast: SimpleNamespace) -> None:
    assert chunked(cast, b'{"description": "' + b"x" * 1_000 + b'"}').status_code == 413


def test_text_is_kept_as_text(alice: APIClient) -> None:
    text = "<script>alert(1)</script> {{ 7*7 }} '; DROP TABLE registry_feature; -- \u202e %s \\"
    assert send(alice, KEY, {"description": text}).json()["description"] == text
    assert Feature.objects.get().description == text


def test_a_body_where_none_is_expected_does_no_harm(alice: APIClient) -> None:
    assert alice.put(f"{KEY}/follow", {"user": "bob", "user_id": 1}).status_code == 204
    assert Feature.objects.get().follows.get().user.username == "alice"
