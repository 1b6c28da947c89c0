"""Times decisions for machines, on more and more grants. `python -m bench.authzen`

Sizes are active grants of 1,000 models on 10,000 features; half of the questions are granted. `floor` sends the very
statement that reads the facts of one question, prepared, with bare psycopg. `one` and `hundred` are ours without HTTP:
facts, the rule, the log. The HTTP lines go through granian with two workers, a token and the whole request; p99 with 50
callers at once, from this same machine.
"""

import os
import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, closing
from typing import Any

from bench import scratch

SIZES = (1_000, 100_000, 1_000_000)
FEATURES, MODELS, ROUNDS = 10_000, 1_000, 400
TEMPLATE = "charter_bench_authzen_features"
_made: set[str] = set()
SECONDS = float(os.environ.get("CHARTER_BENCH_SECONDS", "8"))
_MODELS = """
INSERT INTO registry_consumer (kind, name, environment, description, upstream_owner, tags, team_id, created_at)
SELECT 'model', 'asker-' || n, '', '', '', '{}', (SELECT min(id) FROM registry_team), now()
FROM generate_series(1, %s) AS n
"""
_PERSONAL = """
UPDATE registry_version SET privacy_class = 'quasi-identifier', purposes = '{fraud}', state = 'active'
WHERE id % 2 = 0 AND state = 'active'
"""
_REQUESTS = """
INSERT INTO governance_accessrequest (requester_id, consumer_id, purpose_id, why, setting, environment, days, state,
  round, is_emergency, incident, evidence, created_at, sent_at, due_at, review)
SELECT (SELECT id FROM registry_user WHERE username = 'bench'), consumer.id, %s, '', 'online', '', 90, 'approved', 1,
  false, '', '{}', now(), now(), now(), ''
FROM registry_consumer consumer WHERE consumer.name LIKE 'asker-%%' ORDER BY consumer.id
"""
_ITEMS = """
INSERT INTO governance_requestitem (request_id, version_id, outcome, subject, purpose_id, setting, privacy_class,
  policy_id, owner_skipped)
SELECT request.id, version.id, 'approved', 'x', %s, 'online', 'quasi-identifier',
  (SELECT min(id) FROM governance_policy), ''
FROM (SELECT id FROM registry_version WHERE privacy_class = 'quasi-identifier' AND state = 'active' LIMIT %s) version,
  governance_accessrequest request
"""
_GRANTS = """
INSERT INTO governance_grant (item_id, version_id, consumer_id, team_id, purpose_id, privacy_class, setting,
  environment, conditions, is_emergency, state, problem, lasts, created_at, starts_at, ends_at, reason, reminded)
SELECT item.id, item.version_id, request.consumer_id, (SELECT min(id) FROM registry_team), %s, 'quasi-identifier',
  'online', '', '{}', false, 'active', '', '90 days', now(), now(), now() + interval '90 days', '', '{}'
FROM governance_requestitem item JOIN governance_accessrequest request ON request.id = item.request_id
"""


def _filled(grants: int) -> None:
    from django.db import connection
    from django.utils import timezone

    from governance.models import Purpose

    purpose = Purpose.objects.create(
        name="fraud", description="x", legal_basis="contract", review_on=timezone.now().date().replace(year=2099)
    )
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(_MODELS, [MODELS])
        cursor.execute(_PERSONAL)
        cursor.execute(_REQUESTS, [purpose.pk])
        cursor.execute(_ITEMS, [purpose.pk, max(1, grants // MODELS)])
        cursor.execute(_GRANTS, [purpose.pk])
        cursor.execute("VACUUM ANALYZE")


def _bodies() -> tuple[list[Any], list[dict[str, Any]]]:
    """A hundred questions, as ours and as JSON: half of them about features with grants."""
    from governance.authorization.asked import Asked, Resource, Subject
    from governance.models import Grant
    from registry.models import Version

    held = list(Grant.objects.order_by("?").values_list("consumer__name", "version__feature__key")[:50])
    others = Version.objects.filter(privacy_class="quasi-identifier", grants=None).order_by("?")
    asked = [(name, key) for name, key in held]
    asked += [("asker-1", key) for key in others.values_list("feature__key", flat=True)[: 100 - len(asked)]]
    asked = (asked * 100)[:100]
    ours = [Asked(Subject("model", name), "serve", Resource("feature", key), "fraud", "prod") for name, key in asked]
    sent = [
        {
            "subject": {"type": "model", "id": name},
            "action": {"name": "serve"},
            "resource": {"type": "feature", "id": key},
        }
        for name, key in asked
    ]
    return ours, sent


def _milliseconds(work: Callable[[int], object], rounds: int) -> float:
    for n in range(20):
        work(n)
    return statistics.median(scratch.seconds(lambda n=n: work(n)) for n in range(rounds)) * 1_000  # type: ignore[misc]


def measure(grants: int) -> None:
    """One line of the table; works on the filled database that settings name."""
    import psycopg
    from django.utils import timezone

    from governance.authorization.deciding import decide
    from governance.authorization.facts import statement_of
    from governance.authorization.keeping import Asker
    from registry.models import User

    _filled(grants)
    user = User.with_standing(User.objects.get(username="bench").pk)
    assert user is not None  # noqa: S101  bench.fill makes it
    ours, sent = _bodies()
    who = Asker(user.pk, "0" * 16, "r-1", "evaluation")
    with closing(psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, prepare_threshold=0)) as bare:
        bare.execute("SET jit = off")

        def floor(questions: list[Any]) -> Any:
            sql, values = statement_of(questions, user, timezone.now())
            return lambda: bare.execute(sql, values).fetchall()

        floors = [floor([one]) for one in ours]
        hundred = floor(ours)
        rounds = [
            (
                _milliseconds(lambda n: floors[n % 100](), ROUNDS),
                _milliseconds(lambda n: decide([ours[n % 100]], user, who), ROUNDS),
                _milliseconds(lambda _: hundred(), 40),
                _milliseconds(lambda _: decide(ours, user, who), 40),
            )
            for _ in range(3)
        ]
    least, one, least_100, all_100 = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(
        f"{grants:>9,} {least:8.2f} {one:7.2f} {one / least:6.2f} {least_100:9.2f} {all_100:11.2f}"
        f" {all_100 / one:6.2f}",
        flush=True,
    )
    _over_http(sent)


def _over_http(sent: list[dict[str, Any]]) -> None:
    import orjson

    from bench.api import served
    from bench.load import load
    from registry.models import AccessToken, User

    _, secret = AccessToken.objects.create(
        user=User.objects.get(username="bench"), name="bench", scopes=["authz:evaluate"]
    )
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    context = {"context": {"purpose": "fraud", "environment": "prod"}}
    single, many = orjson.dumps(sent[0] | context), orjson.dumps(context | {"evaluations": sent})
    os.environ["CHARTER_DECISION_RATE"] = "1000000000/min"
    with served("portal.wsgi:application") as base:
        time.sleep(2)
        for name, path, body, callers in (
            ("one, 1 caller", "evaluation", single, 1), ("hundred, 1 caller", "evaluations", many, 1),
            ("one, 50 callers", "evaluation", single, 50),
        ):  # fmt: skip
            halves = [
                load(f"{base}/access/v1/{path}", headers, connections=callers, seconds=SECONDS / 2, body=body)
                for _ in range(2)
            ]
            told = ", then ".join(f"{half.p50:.2f}/{half.p99:.2f} ms" for half in halves)
            print(f"          HTTP {name:<18} p50/p99 {told}; {halves[-1].rate:.0f} req/s", flush=True)


def main() -> None:
    with ExitStack() as filled:
        scratch.run(
            "authzen", measure, about=__doc__, sizes=SIZES, unit="active grants",
            heading="   grants floor ms  one ms  ratio floor 100  hundred ms  ratio",
            made=lambda name, _: _copied(name, filled),
        )  # fmt: skip


def _copied(name: str, filled: ExitStack) -> AbstractContextManager[str]:
    """A copy of one database of features, which is filled once for all sizes."""
    if TEMPLATE not in _made:
        _made.add(TEMPLATE)
        filled.enter_context(scratch.filled_database(TEMPLATE, FEATURES))
    return scratch.database(name, template=TEMPLATE)


if __name__ == "__main__":
    main()
