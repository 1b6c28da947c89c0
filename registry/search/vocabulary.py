"""Words: how a name is split, what a word's stem and synonyms are, and which known word was meant by an unknown one."""

import re
from collections.abc import Collection, Iterable
from contextlib import closing
from dataclasses import dataclass, field

from django.db import connection as database

from common.statements import prepared_cursor

_WORD = re.compile(r"[^\W_]+")
_CASE = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# A synonym counts in any of its forms, so stems are compared. There are some hundred of them at most.
_UNDERSTAND = """
WITH typed AS (SELECT DISTINCT word FROM unnest(%s::text[]) AS word),
known AS (
  SELECT word, phraseto_tsquery('pg_catalog.english', word)::text AS stem,
         means, phraseto_tsquery('pg_catalog.english', means)::text AS means_stem
  FROM registry_synonym),
stemmed AS (SELECT word, phraseto_tsquery('pg_catalog.english', word)::text AS stem FROM typed),
meant AS (
  SELECT stemmed.word, coalesce(known.means_stem, stemmed.stem) AS stem
  FROM stemmed LEFT JOIN known USING (stem) WHERE stemmed.stem <> '')
SELECT word, word AS form, stem, phraseto_tsquery('pg_catalog.simple', word)::text FROM stemmed
UNION SELECT meant.word, known.means, known.means_stem, '' FROM meant JOIN known ON known.means_stem = meant.stem
UNION SELECT meant.word, known.word, known.stem, '' FROM meant JOIN known ON known.means_stem = meant.stem
"""
# Low on purpose: what is near enough is decided by counting typing slips, which forgives swapped letters.
_SIMILARITY = "0.2"
# Sent together: two statements in one message are one transaction, so that the setting ends with them.
_NEAR = """
SELECT set_config('pg_trgm.similarity_threshold', %s, true);
SELECT typed.word, near.word, sum(used.features)::bigint
FROM unnest(%s::text[]) AS typed(word)
JOIN registry_word near ON near.word %% typed.word OR near.word LIKE typed.word || '%%'
JOIN registry_worduse used ON used.word_id = near.id AND used.project_id = ANY(%s)
GROUP BY typed.word, near.word
UNION ALL
SELECT typed.word, known.word, 0
FROM unnest(%s::text[]) AS typed(word)
JOIN (SELECT word FROM registry_synonym UNION SELECT means FROM registry_synonym) AS known ON known.word %% typed.word
"""


def words_of(text: str) -> list[str]:
    """`user_txnCount_7d` as user, txnCount, 7d: split on what is neither letter nor digit."""
    return _WORD.findall(text)


def humps_of(word: str) -> list[str]:
    """`txnCount` as txn, Count; one item where there is nothing to split."""
    return _CASE.split(word)


@dataclass(slots=True)
class Understood:
    """A typed word as PostgreSQL takes it. `stem` is empty for a stop word; `forms` are its synonyms by their stems."""

    word: str
    stem: str = ""
    plain: str = ""
    forms: dict[str, str] = field(default_factory=dict)

    @property
    def stems(self) -> list[str]:
        return list(dict.fromkeys(filter(None, (self.stem, *self.forms.values()))))

    @property
    def synonyms(self) -> list[str]:
        return sorted(form for form, stem in self.forms.items() if stem != self.stem)


def understand(words: Iterable[str]) -> dict[str, Understood]:
    """Stem and synonyms of each word or phrase, in one query."""
    found = {word: Understood(word) for word in words}
    if not found:
        return {}
    with closing(prepared_cursor()) as cursor:
        cursor.execute(_UNDERSTAND, [list(found)])
        for word, form, stem, plain in cursor.fetchall():
            if form == word and plain:
                found[word].stem, found[word].plain = stem, plain
            elif stem:
                found[word].forms[form] = stem
    return found


@dataclass(frozen=True, slots=True)
class Meant:
    """What an unknown word may have been meant as: the beginning of known words, or known words with other letters."""

    is_beginning: bool
    nearest: list[str]


def meant(projects: list[int], words: Collection[str]) -> dict[str, Meant]:
    """What was meant by each word that is in no name and no synonym. Only words of these projects count."""
    with database.cursor() as cursor:
        cursor.execute(_NEAR, [_SIMILARITY, list(words), projects, list(words)])
        cursor.nextset()
        rows = cursor.fetchall()
    known: dict[str, dict[str, int]] = {word: {} for word in words}
    for typed, near, features in rows:
        known[typed][near] = known[typed].get(near, 0) + features
    return {typed: _meant(typed, near) for typed, near in known.items() if typed not in near}


def _meant(typed: str, near: dict[str, int]) -> Meant:
    slips = {word: distance(typed, word) for word in near}
    close = [word for word in near if slips[word] <= slips_allowed(typed)]
    nearest = sorted(close, key=lambda word: (slips[word], -near[word], word))
    return Meant(any(word.startswith(typed) for word in near), nearest)


def slips_allowed(word: str) -> int:
    """One slip in a short word, two in a usual one, three in a long one."""
    return 1 if len(word) < 5 else 2 if len(word) < 9 else 3


def distance(one: str, other: str) -> int:
    """Typing slips between two words: letters left out, added, changed, or swapped with a neighbour."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        this = [row]
        for column, facing in enumerate(other, start=1):
            steps = min(last[column] + 1, this[-1] + 1, last[column - 1] + (letter != facing))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == facing:
                steps = min(steps, before[column - 2] + 1)
            this.append(steps)
        before, last = last, this
    return last[-1]
