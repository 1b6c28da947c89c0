"""From readings to incidents, beside plain SQL: `python -m bench.incidents`. Sizes are views of bench.fill, with ten
features each, a hundred to a table.

`floor` is what PostgreSQL itself needs to find which views are over their limits, by age and by nulls, and to write one
row for each table that is to blame. `quiet` is the usual minute, in which every view was read anew and all is well;
`few` is the reading that makes a breach of one view in a hundred, `all` the one that makes a breach of every view, with
one incident for each table, its owners and readers told. `again` looks at the same readings once more, `over` is the
reading after which all is well again.
"""

import time
from datetime import timedelta

from bench import scratch

SIZES = (2_000, 20_000)
PER_TABLE = 100
_TABLES = """
INSERT INTO registry_source (project_id, name, kind, location, query, timestamp_field, created_field, field_mapping,
                             options, description, upstream_owner, tags, created_at)
SELECT (SELECT min(id) FROM registry_project), 'table_' || n, 'postgres', 'raw.table_' || n, '', '', '', '{}', '{}', '',
       '', '{}', now() FROM generate_series(0, (SELECT count(*) FROM registry_featureview) / %(each)s) AS n
"""
_VIEWS = """
UPDATE registry_featureview SET schedule_every = '1 hour', slo_freshness = NULL, is_online = false, kind = 'batch',
  source_id = (SELECT min(id) FROM registry_source) + registry_featureview.id %% (SELECT count(*) FROM registry_source)
"""
_READ = """
UPDATE registry_featureview SET source_read_at = %(at)s,
  source_until = %(at)s - CASE WHEN source_id %% %(every)s = 0 THEN interval '5 hours' ELSE interval '5 minutes' END
"""
_NULLS = "UPDATE registry_feature SET null_rate = 0.01, null_rate_read_at = %(at)s"
_FLOOR = """
INSERT INTO bench_incident
SELECT view.source_id, array_agg(view.id)
FROM registry_featureview view
JOIN (SELECT view_id, max(null_rate) AS nulls FROM registry_feature WHERE gone_at IS NULL GROUP BY view_id) held
  ON held.view_id = view.id
WHERE view.source_read_at - view.source_until > interval '2 hours'
   OR held.nulls > coalesce(view.slo_max_null_rate, 0.05)
GROUP BY view.source_id
"""
NONE, FEW, ALL = 1_000_003, 100, 1  # of every so many tables one is late


def measure(views: int) -> None:
    from django.urls import reverse
    from django.utils import timezone

    from common.statements import execute_many
    from monitoring.actions.health import refresh_health
    from monitoring.models import Breach, Incident
    from registry.models import FeatureView

    del views
    began = timezone.now() - timedelta(hours=9)
    moments = (began + timedelta(minutes=15 * number) for number in range(30))
    execute_many(_TABLES, [{"each": PER_TABLE}])
    execute_many(_VIEWS, [{}])
    execute_many("CREATE TABLE bench_incident (cause bigint PRIMARY KEY, views bigint[])", [[]])

    def read(every: int) -> None:
        at = next(moments)
        execute_many(_READ, [{"at": at, "every": every}])
        execute_many(_NULLS, [{"at": at}])
        for table in ("registry_featureview", "registry_feature"):
            execute_many(f"ANALYZE {table}", [[]])

    busy = {}

    def judged(name: str = "") -> float:
        """Seconds; how long our own process was busy of them goes into `busy`."""
        began = time.process_time()
        took = scratch.seconds(lambda: refresh_health(FeatureView.objects.all()))
        busy[name] = time.process_time() - began
        return took

    reverse("monitoring:incidents")  # the first address that a process makes reads them all
    read(NONE)
    judged()  # which writes the health of every view, once
    figures = {}
    read(NONE)
    figures["quiet"] = judged("quiet")
    for name, every in (("few", FEW), ("all", ALL)):
        read(every)
        judged()
        read(every)
        if name == "all":
            figures["floor"] = scratch.seconds(lambda: execute_many(_FLOOR, [[]]))
        figures[name] = judged(name)
    figures["again"] = judged()
    counts = f"{Incident.objects.ongoing().count():,} of {Breach.objects.live().count():,}"
    read(NONE)
    judged()
    read(NONE)
    figures["over"] = judged()
    assert not Incident.objects.ongoing().exists()
    number = FeatureView.objects.count()
    line = " ".join(f"{figures[name]:7.2f}" for name in ("floor", "quiet", "few", "all", "again", "over"))
    ours = f"{busy['quiet']:.2f}, {busy['all']:.2f}"
    print(f"{number:>7,} {line}  {counts}  {ours}  {scratch.peak_megabytes():.0f} MB", flush=True)


def main() -> None:
    scratch.run(
        "incidents", measure, about=__doc__, sizes=SIZES, unit="views",
        heading="  views   floor   quiet     few     all   again    over  incidents of breaches, our CPU: quiet, all",
        made=lambda name, size: scratch.filled_database(name, size * 10),
    )  # fmt: skip


if __name__ == "__main__":
    main()
