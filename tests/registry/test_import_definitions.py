"""What a definitions pull brings in, from registries that others wrote."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone

from connectors.feast import registry_pb2 as pb
from registry.actions.connections import create_connection
from registry.actions.definitions import import_definitions
from registry.actions.pulls import run_pull
from registry.choices import PullState
from registry.history import as_of
from registry.models import Connection, Consumer, Feature, FeatureView, Project, Pull, Usage, Version

pytestmark = pytest.mark.django_db


def connect(registry_url: str, name: str = "Store", **options: object) -> Connection:
    return create_connection(None, actor=None, name=name, addresses={"registry_url": registry_url}, options=options)


def pull(connection: Connection) -> Pull:
    connection.refresh_from_db()
    done = run_pull(Pull.objects.create(connection=connection, kind="definitions").pk, import_definitions)
    assert done is not None
    Pull.objects.unfinished().filter(kind="measurements").update(state=PullState.CANCELLED)
    return done


@pytest.mark.parametrize(
    ("registry", "views", "features", "services"),
    [
        ("feast/quickstart_local/registry.db", 5, 20, 3),
        ("feast/insurance_demo/registry.db", 2, 49, 13),
        ("feast/agent_feature_store/registry.db", 3, 16, 0),
        ("feast/benchmarks_2022/registry.db", 25, 250, 5),
    ],
)
def test_counts_are_those_of_the_registry(
    real_inputs: Path, registry: str, views: int, features: int, services: int
) -> None:
    done = pull(connect(str(real_inputs / registry)))
    assert done.state == PullState.SUCCEEDED, done.errors
    assert FeatureView.objects.count() == views
    assert Feature.objects.count() == features
    # Feast 0.67 counts a view's versions from 0; older ones do not count at all and begin at 1.
    assert Version.objects.filter(number__lte=1, state="active").values("feature").count() == features
    assert Consumer.objects.count() == services


def test_sql_and_file_registry_give_the_same(real_inputs: Path) -> None:
    folder = real_inputs / "feast/credit_score_local"
    pull(connect(str(folder / "registry.db"), "file", project_prefix="file-"))
    pull(connect(f"sqlite:///{folder / 'registry_sql.sqlite'}", "sql", project_prefix="sql-"))
    facts = ("view__name", "name", "dtype", "entity_names", "description")
    by_file, by_sql = (
        list(Feature.objects.filter(key__startswith=prefix).order_by("key").values_list(*facts))
        for prefix in ("file-", "sql-")
    )
    assert by_file == by_sql
    assert len(by_file) == 16


def test_unchanged_registry_is_left_alone(real_inputs: Path) -> None:
    connection = connect(str(real_inputs / "feast/quickstart_local/registry.db"))
    pull(connection)
    before = Feature.objects.get(name="conv_rate", view__name="driver_hourly_stats").changed_at
    again = pull(connection)
    assert again.counts == {"unchanged_views": 5}
    assert Feature.objects.get(name="conv_rate", view__name="driver_hourly_stats").changed_at == before


def test_versions_keep_the_numbers_of_the_store(real_inputs: Path) -> None:
    pull(connect(str(real_inputs / "feast/feast_ui_history/registry_ed4a4f293.db")))
    wages = Version.objects.filter(feature__name="total_wages", feature__view__name="zipcode_money_features")
    assert list(wages.values_list("number", flat=True)) == [3]
    assert Feature.objects.get(name="tax_returns_filed", view__name="zipcode_money_features").number == 1


@pytest.fixture
def changing(real_inputs: Path, tmp_path: Path) -> tuple[Connection, pb.Registry, Callable[[], Pull]]:
    """A pulled registry, its content to edit, and a way to write it back and pull again."""
    place = tmp_path / "registry.db"
    content = pb.Registry.FromString((real_inputs / "feast/quickstart_local/registry.db").read_bytes())
    place.write_bytes(content.SerializeToString())
    connection = connect(str(place))
    pull(connection)

    def write_and_pull() -> Pull:
        content.version_id += "+"
        place.write_bytes(content.SerializeToString())
        return pull(connection)

    return connection, content, write_and_pull


def test_a_view_that_vanished_is_gone_and_not_deleted(changing: tuple) -> None:
    _, content, write_and_pull = changing
    name = content.feature_views[0].spec.name
    before = set(Feature.objects.filter(view__name=name).values_list("pk", flat=True))
    del content.feature_views[0]
    done = write_and_pull()
    assert done.counts["gone_views"] == 1
    assert FeatureView.objects.get(name=name).gone_at is not None
    assert set(Feature.objects.exclude(gone_at=None).values_list("pk", flat=True)) == before


def test_a_feature_that_came_back_is_the_same_one(changing: tuple) -> None:
    _, content, write_and_pull = changing
    view = content.feature_views[0]
    kept = view.spec.features.pop()
    assert write_and_pull().counts["gone_features"] == 1
    lost = Feature.objects.get(gone_at__isnull=False)
    view.spec.features.append(kept)
    write_and_pull()
    lost.refresh_from_db()
    assert lost.gone_at is None
    assert lost.versions.count() == 1


def test_a_new_type_is_a_new_version_and_the_old_one_stays(changing: tuple) -> None:
    _, content, write_and_pull = changing
    field = content.feature_views[0].spec.features[0]
    feature = Feature.objects.get(view__name=content.feature_views[0].spec.name, name=field.name)
    old = feature.versions.get()
    field.value_type = pb.ValueType.STRING
    assert write_and_pull().counts["new_versions"] == 1
    feature.refresh_from_db()
    assert (feature.dtype, feature.number) == ("string", old.number + 1)
    assert [version.dtype for version in feature.versions.order_by("number")] == [old.dtype, "string"]


def test_only_the_changed_view_is_touched(changing: tuple) -> None:
    _, content, write_and_pull = changing
    content.feature_views[0].spec.description = "Said anew."
    assert write_and_pull().counts == {"added_views": 0, "changed_views": 1}


@pytest.mark.django_db(transaction=True)
def test_history_says_what_a_row_was_before(changing: tuple) -> None:
    _, content, write_and_pull = changing
    view = FeatureView.objects.get(name=content.feature_views[0].spec.name)
    moment, said = timezone.now(), view.description
    content.feature_views[0].spec.description = "Said anew."
    write_and_pull()
    view.refresh_from_db()
    then = as_of(view, moment)
    assert then is not None
    assert (then["description"], view.description) == (said, "Said anew.")
    event = view.kept_rows.latest("pgh_id")
    assert event.pgh_context.metadata["action"] == "registry.import_definitions"


def test_services_read_exactly_their_projection(real_inputs: Path) -> None:
    pull(connect(f"sqlite:///{real_inputs / 'feast-samples/sql_registry.sqlite'}"))
    reads = Usage.objects.filter(consumer__name="fraud_model_v1").values_list("feature__name", flat=True)
    assert set(reads) <= set(Feature.objects.values_list("name", flat=True))
    assert Feature.objects.filter(models_count__gt=0).count() == len(set(reads))


def test_two_stores_with_one_project_name_need_a_prefix(real_inputs: Path) -> None:
    registry = str(real_inputs / "feast/quickstart_local/registry.db")
    pull(connect(registry, "first"))
    second = pull(connect(registry, "second"))
    assert "project prefix" in second.warnings[0]
    assert Project.objects.count() == 1
    assert FeatureView.objects.exclude(connection__slug="first").count() == 0


def test_what_a_person_said_survives_a_pull(real_inputs: Path, tmp_path: Path) -> None:
    place = tmp_path / "registry.db"
    shutil.copy(real_inputs / "feast/feast_ui_history/registry_7208ed72e.db", place)
    connection = connect(str(place))
    pull(connection)
    feature = Feature.objects.filter(description="").first()
    assert feature is not None
    Feature.objects.filter(pk=feature.pk).update(privacy_class="direct-identifier", description="Said by a person.")
    shutil.copy(real_inputs / "feast/feast_ui_history/registry_ed4a4f293.db", place)
    pull(connection)
    feature.refresh_from_db()
    assert (feature.privacy_class, feature.description) == ("direct-identifier", "Said by a person.")


def test_missing_registry_fails_with_its_path_and_opens_the_circuit(tmp_path: Path) -> None:
    connection = connect(str(tmp_path / "nowhere.db"))
    for _ in range(3):
        done = pull(connection)
        assert done.state == PullState.FAILED
        assert "nowhere.db" in done.errors[0]["reason"]
    connection.refresh_from_db()
    assert connection.failures == 3
    assert connection.open_until is not None
