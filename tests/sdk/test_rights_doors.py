"""`charter grants verify`: a question whose answer is an exit code."""

import json
from types import SimpleNamespace

import pytest

from governance.models import Enforcement, RightFinding
from tests.factories import ConnectionFactory, FeatureFactory
from tests.sdk.conftest import Run

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_ends_with_what_was_found(cast: SimpleNamespace, charter: Run) -> None:
    store = Enforcement.objects.create(connection=ConnectionFactory(slug="shop"), place="offline")
    feature = FeatureFactory(name="email")
    done = charter("grants", "verify", user=cast.auditor)
    assert (done.code, done.out.strip()) == (0, "As granted.")
    RightFinding.objects.create(store=store, kind="nature", account="postgres", how="is a superuser")
    RightFinding.objects.create(store=store, kind="unknown", feature=feature, how="There is no table")
    done = charter("grants", "verify", user=cast.auditor)
    assert (done.code, "postgres" in done.out) == (3, False)
    assert "postgres" in charter("grants", "verify", "--all", user=cast.auditor).out
    RightFinding.objects.create(
        store=store, kind="extra", account="svc", feature=feature, how="has a right on the column"
    )
    done = charter("grants", "verify", "--json", user=cast.auditor)
    assert done.code == 1
    assert {one["kind"] for one in json.loads(done.out)} == {"nature", "unknown", "extra"}
    assert charter("grants", "verify", "--connection", "other", user=cast.auditor).code == 0
    assert charter("grants", "verify", user=cast.owner_b).code == 0  # who sees none of it
