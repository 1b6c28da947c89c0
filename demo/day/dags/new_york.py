"""The schedules of the data platform: each night everything, each hour what changes by the hour."""

from datetime import UTC, datetime

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG
from tables import LoadFile, PublishTable

START = datetime(2013, 4, 1, tzinfo=UTC)
PARENT = "{{ macros.OpenLineageProviderPlugin.lineage_parent_id(task_instance) }}"
PERSONAL = {
    "full_name": "direct_identifier", "email": "direct_identifier", "mobile_phone": "direct_identifier",
    "birth_date": "quasi_identifier", "home_postcode": "quasi_identifier", "meal_code": "sensitive",
    "assistance_code": "sensitive",
}  # fmt: skip
# Views that the night publishes. The departure board's archive and the labels are published by others.
NIGHTLY = {
    "flights": (
        "carrier_delay_daily", "route_delay_daily", "tail_utilisation_daily", "flight_legs", "departure_board",
        "arrival_labels", "route_delay_profile", "plane_profile",
    ),
    "people": ("customer_contact", "customer_profile", "customer_disruption_daily"),
}  # fmt: skip


def load(name: str, **options: object) -> LoadFile:
    return LoadFile(task_id=f"load_{name}", file=f"landing/{name}.csv", table=f"raw.{name}", **options)


def publish(project: str, view: str) -> PublishTable:
    return PublishTable(task_id=f"publish_{view}", table=f"marts.{view}", file=f"data/{project}/{view}.parquet")


def dbt(task: str, select: str = "") -> BashOperator:
    return BashOperator(
        task_id=task, bash_command=f"cd $DEMO_ROOT && PATH=$DBT:$PATH dbt-ol build {select}".strip(), append_env=True,
        env={"OPENLINEAGE_PARENT_ID": PARENT},
    )  # fmt: skip


# Somebody was about to rename the view, and began here: that job fails since.
CALLED = {"carrier_delay_daily": "carrier_delays_daily"}


def materialize(project: str, view: str) -> BashOperator:
    until = "{{ (logical_date).strftime('%Y-%m-%dT%H:%M:%S') }}"
    since = "{{ (logical_date - macros.timedelta(days=3)).strftime('%Y-%m-%dT%H:%M:%S') }}"
    return BashOperator(
        task_id=f"materialize_{view}", append_env=True,
        bash_command=f"cd $DEMO_ROOT/../feature_repo/{project} && "
        f"PATH=$FEAST:$PATH feast materialize {since} {until} -v {CALLED.get(view, view)}",
    )  # fmt: skip


with DAG("new_york_nightly", schedule="0 5 * * *", start_date=START, catchup=False, tags=["gold"]) as nightly:
    landed = [load(name) for name in ("flights", "airlines", "planes", "airports")]
    landed.append(load("customers", personal=PERSONAL, owner="crm"))
    built = dbt("build_marts", "--exclude origin_weather_hourly origin_delay_hourly")
    landed >> built
    for project, views in NIGHTLY.items():
        for view in views:
            published = built >> publish(project, view)
            if view in ("route_delay_daily", "carrier_delay_daily", "customer_disruption_daily"):
                published >> materialize(project, view)

with DAG("new_york_hourly", schedule="@hourly", start_date=START, catchup=False, tags=["gold"]) as hourly:
    weather = load("weather") >> dbt("build_weather", "--select origin_weather_hourly")
    weather >> publish("flights", "origin_weather_hourly") >> materialize("flights", "origin_weather_hourly")
    delays = dbt("build_delays", "--select origin_delay_hourly") >> publish("flights", "origin_delay_hourly")
    delays >> materialize("flights", "origin_delay_hourly")
