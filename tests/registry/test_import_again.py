"""A pull passes over what did not change, and never over what is still to be done."""

from pathlib import Path

import pytest

from connectors.feast import registry_pb2 as pb
from registry.models import Connection, Consumer, Feature, Usage, WordUse
from tests.registry.test_import_definitions import connect, pull

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(real_inputs: Path, tmp_path: Path) -> Path:
    path = tmp_path / "registry.db"
    path.write_bytes((real_inputs / "feast/quickstart_local/registry.db").read_bytes())
    return path


def edited(place: Path) -> pb.Registry:
    content = pb.Registry.FromString(place.read_bytes())
    content.version_id += "+"
    return content


def test_a_service_that_named_a_missing_feature_reads_it_once_it_is_there(place: Path) -> None:
    content = edited(place)
    view = next(view for view in content.feature_views if view.spec.name == "driver_hourly_stats")
    lost = view.spec.features.pop()
    place.write_bytes(content.SerializeToString())
    connection = connect(str(place))
    assert f":{lost.name}, which the store lacks" in " ".join(pull(connection).warnings)
    reads = Usage.objects.filter(feature__name=lost.name, feature__view__name="driver_hourly_stats")
    assert not reads.exists()

    content = edited(place)
    view = next(view for view in content.feature_views if view.spec.name == "driver_hourly_stats")
    view.spec.features.append(lost)
    place.write_bytes(content.SerializeToString())
    assert pull(connection).warnings == []
    assert reads.exists()
    feature = Feature.objects.get(name=lost.name, view__name="driver_hourly_stats")
    assert feature.models_count == reads.filter(consumer__kind="model").count()


def test_a_service_that_vanished_and_came_back_reads_again(place: Path) -> None:
    connection = connect(str(place))
    pull(connection)
    before = Usage.objects.filter(gone_at=None).count()
    whole = edited(place)
    content = edited(place)
    gone = content.feature_services.pop()
    place.write_bytes(content.SerializeToString())
    pull(connection)
    assert Usage.objects.filter(gone_at=None).count() == before - Usage.objects.exclude(gone_at=None).count() < before
    assert Consumer.objects.get(name=gone.spec.name).gone_at is not None
    whole.version_id += "+"
    place.write_bytes(whole.SerializeToString())
    pull(connection)
    assert Usage.objects.filter(gone_at=None).count() == before


def test_what_a_pull_that_died_left_uncounted_is_counted_by_the_next(place: Path) -> None:
    connection = connect(str(place))
    pull(connection)
    words = WordUse.objects.count()
    assert words
    # It died after its views were written, and before their words were.
    WordUse.objects.all().delete()
    Connection.objects.update(change_token="")
    pull(connection)
    assert WordUse.objects.count() == words


def test_a_consumer_that_people_declared_becomes_the_stores_when_it_says_so(place: Path) -> None:
    whole, content = edited(place), edited(place)
    service = content.feature_services.pop()
    place.write_bytes(content.SerializeToString())
    connection = connect(str(place))
    pull(connection)
    project = Feature.objects.first().project  # type: ignore[union-attr]
    declared = Consumer.objects.create(kind="model", name=service.spec.name, project=project)
    whole.version_id += "+"
    place.write_bytes(whole.SerializeToString())
    pull(connection)
    declared.refresh_from_db()
    assert declared.connection == connection
    assert declared.usages.filter(gone_at=None).exists()
