"""Search over 12,971 real column names: typos are forgiven, abbreviations understood, names found as they stand."""

import csv
import random
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from django.db import connection

from registry.models import Feature, WordUse
from registry.search import search
from registry.search.vocabulary import words_of
from tests.registry.search_rows import count_up, learn_synonyms, view_of

# File: columns of the table's name, the column's name and its description.
FILES = {
    "omop_cdm_v5.3_field_level.csv": ("cdmTableName", "cdmFieldName", "userGuidance"),
    "omop_cdm_v5.4_field_level.csv": ("cdmTableName", "cdmFieldName", "userGuidance"),
    "omop_cdm_v6.0_field_level.csv": ("cdmTableName", "cdmFieldName", "userGuidance"),
    "dbt_shopify_columns.csv": ("table", "column", "description"),
    "dbt_stripe_columns.csv": ("table", "column", "description"),
    "snowplow_iglu_properties.csv": ("schema", "property", "description"),
}
ABBREVIATED = {
    "amt": "amount", "qty": "quantity", "num": "number", "addr": "address", "desc": "description", "cust": "customer",
    "ts": "timestamp", "pct": "percent", "lat": "latitude", "zip": "postal", "transactions": "transaction",
    "usr": "user",
}  # fmt: skip

pytestmark = pytest.mark.slow


def rows(folder: Path) -> Iterator[tuple[str, str, str]]:
    for name, columns in FILES.items():
        with (folder / "dictionaries" / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                table, column, description = (row[one] for one in columns)
                yield f"{name}/{table}", column, "" if description == "NA" else description


@pytest.fixture
def dictionary(cast: SimpleNamespace, real_inputs: Path) -> list[str]:
    """Every name as a feature; the same name of one table once."""
    names: list[str] = []
    view = view_of("dictionary", "columns")
    features = {}
    for number, (table, column, description) in enumerate(rows(real_inputs)):
        names.append(column)
        key = f"dictionary.columns.{number}"
        features[key] = Feature(
            project=view.project, view=view, name=f"{column}"[:190], key=key, description=description, context=table
        )
    for number, one in enumerate(features.values()):
        one.name = f"{one.name}#{number}"[-200:]  # one view holds them all, and each name once
    Feature.objects.bulk_create(features.values(), batch_size=2_000)
    count_up()
    learn_synonyms()
    return names


def slip(word: str, chance: random.Random) -> str:
    """The word with one letter left out, doubled, changed, or swapped with the next; the first stays."""
    at = chance.randrange(1, len(word) - 1)
    return chance.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + chance.choice("aeioust") + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        ]
    )


def test_typos_abbreviations_and_names(
    cast: SimpleNamespace, dictionary: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(dictionary) == 12_971
    with connection.cursor() as statement:  # or whether autovacuum came by decides how long this takes
        statement.execute("ANALYZE registry_feature, registry_word, registry_worduse, registry_synonym")
    chance = random.Random(20)  # noqa: S311  the same slips every time
    known = dict(WordUse.objects.values_list("word__word", "features"))
    words = sorted(word for word in known if len(word) >= 6 and word.isalpha() and word.isascii())
    tried = {typed: word for word in chance.sample(words, 80) if (typed := slip(word, chance)) not in known}
    pages = {typed: search(cast.viewer, typed, limit=5) for typed in tried}
    named = [typed for typed, word in tried.items() if _meant(pages[typed], word)]
    with_hits = [typed for typed, page in pages.items() if page.total]
    said = [f"typos: {len(named)}/{len(tried)} mean the right word, {len(with_hits)}/{len(tried)} find something"]
    assert len(named) / len(tried) >= 0.8
    assert len(with_hits) / len(tried) >= 0.95

    found = {short: search(cast.viewer, short, limit=500) for short in ABBREVIATED}
    whole = {long: search(cast.viewer, long, limit=500, as_typed=True).total for long in ABBREVIATED.values()}
    recall = {short: found[short].total / whole[long] for short, long in ABBREVIATED.items()}
    said.append(
        f"hits of an abbreviation to those of the word: { ({one: round(of, 2) for one, of in recall.items()}) }"
    )
    assert min(recall.values()) >= 0.95  # a name that begins with the whole word is found by it alone

    sample = chance.sample([name for name in dictionary if len(words_of(name)) > 1], 60)
    first = [search(cast.viewer, name, limit=1).hits for name in sample]
    right = sum(1 for name, hits in zip(sample, first, strict=True) if hits and _same(hits[0].name, name))
    said.append(f"names as they stand: {right}/{len(sample)} come first")
    with capsys.disabled():
        print("", *said, sep="\n")  # noqa: T201
    assert right >= 59


def test_a_database_that_was_counted_before_it_was_filled_is_searched_no_slower(
    cast: SimpleNamespace, dictionary: list[str]
) -> None:
    """It is what autovacuum does beside a first import: PostgreSQL then takes every table for empty."""
    given = connection.get_connection_params()
    asked = {name: given[name] for name in ("dbname", "user", "password", "host", "port") if name in given}
    with psycopg.connect(**asked, autocommit=True) as another, another.cursor() as statement:
        statement.execute("ANALYZE")
        counted = statement.execute("SELECT reltuples, relpages FROM pg_class WHERE relname = 'registry_feature'")
        tuples, pages = counted.fetchone() or (-1, -1)
    assert (tuples, pages > 500) == (0, True)
    with connection.cursor() as statement:
        statement.execute("SET LOCAL statement_timeout = '2s'")
    for text in ("year", "measurment", "state:active date", "owner:none"):
        assert search(cast.viewer, text, limit=5).total > 0


def _meant(page: object, word: str) -> bool:
    correction = page.correction  # type: ignore[attr-defined]
    return correction is not None and any(word.startswith(known.rstrip("*")) for _, known in correction.words)


def _same(held: str, name: str) -> bool:
    return held.rpartition("#")[0].lower().startswith(name.lower()[:180])
