"""What a definitions pull brings in, from registries that others wrote."""

import shutil
from pathlib import Path

import pytest

from registry.actions.connections import create_connection
from registry.actions.definitions import import_definitions
from registry.actions.pulls import run_pull
from registry.choices import PullState
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


def test_a_newer_registry_changes_adds_and_removes(real_inputs: Path, tmp_path: Path) -> None:
    generations = [
        real_inputs / f"feast/feast_ui_history/registry_{commit}.db" for commit in ("c5d0dffa5", "ed4a4f293")
    ]
    place = tmp_path / "registry.db"
    shutil.copy(generations[0], place)
    connection = connect(str(place))
    pull(connection)
    first = set(Feature.objects.values_list("key", flat=True))
    shutil.copy(generations[1], place)
    done = pull(connection)
    assert done.state == PullState.SUCCEEDED, done.errors
    now = set(Feature.objects.present().values_list("key", flat=True))
    assert now != first
    gone = Feature.objects.exclude(gone_at=None)
    assert set(gone.values_list("key", flat=True)) == first - now
    assert gone.count() == done.counts.get("gone_features", 0) + sum(
        view.features.count() for view in FeatureView.objects.exclude(gone_at=None)
    )


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
