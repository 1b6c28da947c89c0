"""Times files in git: read and checked, planned, applied, planned again. `python -m bench.plans`

Sizes are features, ten to a view. `check` is `charter validate` alone; `floor` is a COPY of the same rows into empty
tables of the same columns and indexes; `again` plans the same files when nothing differs, `one`
plans and applies one changed description, `each` a changed description of every feature.
"""

import time
from collections.abc import Callable
from typing import Any

from bench import scratch

SIZES = (100, 1_000, 10_000)
PER_VIEW = 10
_FEATURE = """
    - name: feature_{number}
      dtype: float64
      unit: EUR
      description: {word} amount of a user's settled transactions over {number} days.
      tags: {{team: risk}}
      default: 1.5
      minimum: 0
      privacy: {{class: pseudonymous, purposes: [fraud]}}"""
_VIEW = """apiVersion: charter/v1
kind: FeatureView
metadata: {{project: bench, name: view_{number}, owner: 'team:bench', description: Card transactions of each user.}}
spec:
  entities: [{{name: user, joinKeys: [user_id]}}]
  every: 1h
  online: true
  ttl: 7d
  features:{features}
"""


def files(features: int, word: str = "Mean") -> list[tuple[str, str]]:
    """(path, text) of as many views as that takes."""
    inside = "".join(_FEATURE.format(number=number, word=word) for number in range(PER_VIEW))
    return [(f"features/view_{n}.yaml", _VIEW.format(number=n, features=inside)) for n in range(features // PER_VIEW)]


def measure(features: int) -> None:
    """One line of the table; works on the database that settings name."""
    from charter.files.folders import check_texts
    from registry.actions.plans import apply_plan, make_plan
    from registry.models import Feature, Membership, Plan, Project, Team, User

    team = Team.objects.create(slug="bench", name="Bench")
    actor = User.objects.create(username="bench")
    Membership.objects.create(user=actor, team=team)
    Project.objects.create(name="bench", owner=team)

    def plan(texts: list[tuple[str, str]]) -> Plan:
        return make_plan(None, actor=actor, texts=texts, checked=check_texts(texts), source="bench")

    texts = files(features)
    check, _ = _timed(lambda: check_texts(texts))
    planning, made = _timed(lambda: plan(texts))
    applying, _ = _timed(lambda: apply_plan(made, actor=actor))
    assert Feature.objects.filter(state="active").count() == features
    again, none = _timed(lambda: plan(texts))
    assert none.changes == []
    one_text = [(path, text.replace("Mean", "Trimmed", 1) if not n else text) for n, (path, text) in enumerate(texts)]
    one, _ = _timed(lambda: apply_plan(plan(one_text), actor=actor))
    each, _ = _timed(lambda: apply_plan(plan(files(features, "Median")), actor=actor))
    print(f"{features:>8,} {check:8.2f} {planning:8.2f} {applying:8.2f} {_floor():8.2f} {again:8.2f} {one:8.2f}"
          f" {each:8.2f} {scratch.peak_megabytes():8.0f}")  # fmt: skip


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    done = work()
    return time.perf_counter() - began, done


def _floor() -> float:
    """Seconds that PostgreSQL takes for the same rows in tables of the same columns and indexes, by COPY alone."""
    from django.db import connection

    with connection.cursor() as cursor:
        seconds = 0.0
        for table in ("registry_featureview", "registry_feature", "registry_version"):
            cursor.execute(
                "SELECT string_agg(format('%%I', attname), ', ') FROM pg_attribute WHERE attrelid = %s::regclass"
                " AND attnum > 0 AND NOT attisdropped AND attname <> ALL(%s)", [table, ["id", "search"]],
            )  # fmt: skip
            columns = cursor.fetchone()[0]
            with cursor.copy(f"COPY (SELECT {columns} FROM {table}) TO STDOUT") as out:
                rows = b"".join(bytes(block) for block in out)
            cursor.execute(f"CREATE TEMPORARY TABLE copied_{table} (LIKE {table} INCLUDING ALL)")
            began = time.perf_counter()
            with cursor.copy(f"COPY copied_{table} ({columns}) FROM STDIN") as copy:
                copy.write(rows)
            seconds += time.perf_counter() - began
            cursor.execute(f"DROP TABLE copied_{table}")
        return seconds


def main() -> None:
    scratch.run(
        "plans", measure, about=__doc__, sizes=SIZES, unit="features",
        heading="features  check s   plan s  apply s  floor s  again s    one s   each s  peak MB",
    )  # fmt: skip


if __name__ == "__main__":
    main()
