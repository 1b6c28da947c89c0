"""Defaults for services: what is told, what is withheld, and whose signature it is."""

import base64
import json
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from registry.choices import Visibility
from registry.models import Consumer, Feature, Version
from tests.cast import api_as
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory

API = "/api/v1"


def feature(name: str, project: Any, **version: Any) -> Feature:
    made = FeatureFactory(view=ViewFactory(project=project, name=f"view_{name}"), name=name)
    Version.objects.filter(feature=made).delete()
    Version.objects.create(feature=made, number=1, **({"dtype": "float64", "state": "active"} | version))
    Feature.objects.filter(pk=made.pk).update(privacy_class=version.get("privacy_class", "none"))
    return made


@pytest.fixture
def project(cast: SimpleNamespace) -> Any:
    return ProjectFactory(name="pay", owner=cast.payments)


def test_each_version_says_what_to_serve(cast: SimpleNamespace, project: Any) -> None:
    feature("plain", project, default=1.5, default_policy="constant")
    feature("town", project, dtype="string", default="Oslo", default_policy="mode", privacy_class="quasi-identifier")
    feature("age", project, default=41.0, default_policy="mean", privacy_class="quasi-identifier")
    feature("leaking", project, default=0.0, default_policy="constant", state="quarantined")
    asked = [f"pay.view_{name}.{name}" for name in ("plain", "town", "age", "leaking", "nothing")]
    told = api_as(cast.viewer, "features:read").post(f"{API}/defaults/batch-get", {"features": asked}).json()["data"]
    assert [(one["default"], one["is_withheld"], one["served"]) for one in told] == [
        (1.5, False, "value"), (None, True, "value"), (41.0, False, "value"), (0.0, False, "default"),
        (None, False, "nothing"),
    ]  # fmt: skip
    assert told[4]["status"] == "unknown"


def test_a_bundle_is_signed_and_asked_for_again_by_its_tag(cast: SimpleNamespace, project: Any) -> None:
    consumer = Consumer.objects.create(kind="model", name="fraud")
    consumer.usages.create(feature=feature("plain", project, default=1.5), evidence="declared")
    hidden = ProjectFactory(name="hidden", visibility=Visibility.RESTRICTED)
    consumer.usages.create(feature=feature("secret", hidden, default=2.5), evidence="declared")
    client = api_as(cast.viewer, "features:read")
    answer = client.get(f"{API}/defaults/bundles/model:fraud")
    assert answer.status_code == 200, answer.content
    said = answer.json()
    keys = client.get(f"{API}/defaults/keys").json()["keys"]
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(keys[said["key_id"]]))
    key.verify(base64.b64decode(said["signature"]), said["payload"].encode())
    payload = json.loads(said["payload"])
    assert [one["reference"] for one in payload["data"]] == ["pay.view_plain.plain@1"]
    assert "stale-if-error=86400" in answer["Cache-Control"]
    assert client.get(f"{API}/defaults/bundles/model:fraud", HTTP_IF_NONE_MATCH=answer["ETag"]).status_code == 304
    assert client.get(f"{API}/defaults/bundles/model:none").status_code == 404
