"""Fill an empty database with made-up features: `python -m bench.fill 100000`.

The same number gives the same rows. Every tenth project is restricted; the user `bench`, whose token is printed, is in
one of fifty teams. Views have ten features. `--replace` throws away what is there, whatever it is.
"""

import argparse
import os
import random
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.core.management import call_command  # noqa: E402  models need the set-up above
from django.db import connection, models, transaction  # noqa: E402

from registry.actions.words import refresh_facet_counts, refresh_words  # noqa: E402
from registry.models import (  # noqa: E402
    AccessToken,
    Consumer,
    Entity,
    Feature,
    FeatureView,
    Membership,
    Project,
    Team,
    Usage,
    User,
    Version,
)

TEAMS, PROJECTS, CONSUMERS = 50, 40, 200
FEATURES_PER_VIEW = 10
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)

AREAS = (  # noqa: SIM905  a list would be five times as long
    "payments orders checkout fraud credit risk shipping returns support search ads pricing inventory loyalty churn "
    "billing lending claims trips drivers riders listings hosts content streaming gaming wallet kyc tax payroll "
    "marketing email web mobile growth partner catalog delivery warehouse forecast"
).split()
NOUNS = (  # noqa: SIM905
    "transaction order payment refund chargeback login session click view purchase basket item device address card "
    "account transfer deposit withdrawal loan invoice claim shipment parcel route ride trip booking message ticket "
    "review rating search query impression visit referral coupon discount price amount balance limit score distance "
    "delay duration latency temperature weight"
).split()
QUALIFIERS = "settled failed first last weekend night mobile foreign domestic repeat large small new active".split()  # noqa: SIM905
MEASURES = "avg sum count max min std median ratio share trend rank distinct".split()  # noqa: SIM905
WINDOWS = "1h 6h 1d 3d 7d 14d 30d 90d 180d 365d".split()  # noqa: SIM905
ENTITIES = "user customer merchant card device driver order product account session".split()  # noqa: SIM905
DTYPES = ("float64",) * 5 + ("int64",) * 4 + ("string", "bool", "array<float32>")
STATES = ("active",) * 90 + ("deprecated",) * 6 + ("draft", "quarantined", "retired", "retired")
HEALTHS = ("ok",) * 70 + ("warn",) * 10 + ("crit",) * 5 + ("unknown",) * 15
CLASSES = ("",) * 20 + ("none",) * 60 + ("pseudonymous",) * 12 + ("quasi-identifier",) * 5 + ("direct-identifier",) * 3
TAGS = ("gold", "silver", "domain=risk", "domain=growth", "tier=1", "tier=2", "pii=false", "realtime", "team=ml")
SENTENCES = (
    "{measure} of {qualifier} {noun} amounts of a {entity} over {window}, settled rows only.",
    "How the {noun} behaviour of a {entity} changed within {window}: {measure} of {qualifier} ones.",
    "{measure} {noun} of the {entity}, {qualifier}, rolling {window}. Null before the first {noun}.",
)


def names(chance: random.Random) -> Iterator[tuple[str, dict[str, str]]]:
    """Ten different feature names of one view, each with the words it was made of."""
    noun, seen = chance.choice(NOUNS), set()
    while len(seen) < FEATURES_PER_VIEW:
        words = {
            "measure": chance.choice(MEASURES),
            "qualifier": chance.choice(QUALIFIERS),
            "noun": noun,
            "window": chance.choice(WINDOWS),
        }
        name = "_".join(words.values())
        if name not in seen:
            seen.add(name)
            yield name, words


def feature_rows(views: Iterable[dict[str, Any]], wanted: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    number = 0
    for view in views:
        for name, words in names(chance):
            number += 1
            if number > wanted:
                return
            tags = chance.sample(TAGS, chance.randrange(4))
            entity = chance.choice(ENTITIES)
            yield {
                "id": number,
                "project_id": view["project_id"],
                "view_id": view["id"],
                "name": name,
                "key": f"{view['key']}.{name}",
                "description": chance.choice(SENTENCES).format(entity=entity, **words) if chance.random() < 0.9 else "",
                "owner_id": view["owner_id"],
                "state": chance.choice(STATES),
                "dtype": chance.choice(DTYPES),
                "unit": chance.choice(("", "", "EUR", "s", "%")),
                "has_default": chance.random() < 0.3,
                "privacy_class": chance.choice(CLASSES),
                "entity_names": [entity],
                "store": f"store-{view['id'] % 3}",
                "is_online": view["is_online"],
                "tags": tags,
                "health": chance.choice(HEALTHS),
                "null_rate": chance.choice((None, 0.0, round(chance.random() / 10, 4))),
                "models_count": int(chance.paretovariate(1.2)) - 1,
                "keywords": " ".join(tags),
                "context": f"{entity} {view['name']}",
                "created_at": NOW - timedelta(days=400),
                "changed_at": NOW - timedelta(minutes=chance.randrange(600_000)),
            }


def version_rows(features: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for feature in features:
        state = feature["state"]
        yield {
            "id": feature["id"],
            "feature_id": feature["id"],
            "number": 1,
            "state": state,
            "dtype": feature["dtype"],
            "unit": feature["unit"],
            "entity_keys": [f"{feature['entity_names'][0]}_id"],
            "privacy_class": feature["privacy_class"],
            "deprecated_at": NOW if state in ("deprecated", "retired") else None,
            "created_at": feature["created_at"],
        }


def view_rows(projects: list[Project], wanted: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    for number in range(1, wanted + 1):
        project = projects[number % len(projects)]
        name = f"{chance.choice(ENTITIES)}_{chance.choice(NOUNS)}_stats_{number}"
        yield {
            "id": number,
            "project_id": project.pk,
            "name": name,
            "key": f"{project.name}.{name}",
            "kind": "batch",
            "owner_id": project.owner_id,
            "description": f"Statistics of {name.replace('_', ' ')}.",
            "is_online": chance.random() < 0.5,
            "health": chance.choice(HEALTHS),
            "source_until": NOW - timedelta(minutes=chance.randrange(3_000)),
            "created_at": NOW - timedelta(days=400),
            "changed_at": NOW - timedelta(minutes=chance.randrange(600_000)),
        }


def usage_rows(consumers: Iterable[Consumer], features: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    for consumer in consumers:
        for feature in sorted(chance.sample(range(1, features + 1), min(50, features))):
            yield {"consumer_id": consumer.pk, "feature_id": feature, "evidence": "declared", "created_at": NOW}


def copy(model: type[models.Model], rows: Iterable[dict[str, Any]], *, with_id: bool = True) -> None:
    """COPY rows in; a column that a row leaves out gets its field's default.

    `rows` must not ask the database anything: its one connection is busy with the COPY.
    """
    fields = [one for one in model._meta.concrete_fields if not one.generated and (with_id or not one.primary_key)]
    defaults = {one.attname: one.get_db_prep_save(one.get_default(), connection) for one in fields}
    columns = ", ".join(f'"{one.column}"' for one in fields)
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {model._meta.db_table} ({columns}) FROM STDIN") as out:
            for row in rows:
                out.write_row([row.get(name, default) for name, default in defaults.items()])
        if with_id:
            # Numbers were given here, so that the sequence has to go on behind them.
            table = model._meta.db_table
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), coalesce(max(id), 1)) FROM {table}")


def people() -> list[Team]:
    """Fifty teams; `bench` is in the first."""
    teams = [Team.objects.create(slug=f"team-{n}", name=f"Team {n}", channel=f"#team-{n}") for n in range(TEAMS)]
    user = User.objects.create(username="bench")
    Membership.objects.create(team=teams[0], user=user)
    return teams


def projects_of(teams: list[Team]) -> list[Project]:
    projects = [
        Project.objects.create(
            name=AREAS[number],
            description=f"Features about {AREAS[number]}.",
            owner=teams[number % TEAMS],
            visibility="restricted" if number % 10 == 9 else "listed",
        )
        for number in range(PROJECTS)
    ]
    for project in projects:
        Entity.objects.bulk_create(Entity(project=project, name=name, join_keys=[f"{name}_id"]) for name in ENTITIES)
    return projects


@transaction.atomic
def fill(wanted: int) -> None:
    """Make `wanted` features and what belongs to them."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
    projects = projects_of(people())
    views = -(-wanted // FEATURES_PER_VIEW)

    def features() -> Iterator[dict[str, Any]]:
        return feature_rows(view_rows(projects, views, random.Random(1)), wanted, random.Random(2))

    copy(FeatureView, view_rows(projects, views, random.Random(1)))
    copy(Feature, features())
    copy(Version, version_rows(features()))
    consumers = Consumer.objects.bulk_create(Consumer(kind="model", name=f"model-{n}") for n in range(CONSUMERS))
    copy(Usage, usage_rows(consumers, wanted, random.Random(3)), with_id=False)
    numbers = [project.pk for project in projects]
    refresh_words(numbers)
    refresh_facet_counts(numbers)


def token() -> str:
    """A fresh token that reads, of the user `bench`."""
    user = User.objects.get(username="bench")
    _, secret = AccessToken.objects.create(user=user, name="bench", scopes=["features:read"])
    return secret


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("features", type=int)
    parser.add_argument("--replace", action="store_true", help="empty the database first")
    chosen = parser.parse_args()
    if chosen.replace:
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    call_command("migrate", verbosity=0)
    if Feature.objects.exists():
        sys.exit("This database holds features already. Name an empty one in DATABASE_URL, or add --replace.")
    started = time.perf_counter()
    fill(chosen.features)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    print(f"{chosen.features:,} features in {time.perf_counter() - started:.1f} s. Token: {token()}")


if __name__ == "__main__":
    main()
