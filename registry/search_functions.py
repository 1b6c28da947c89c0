"""The database functions that search stands on.

`charter_search` builds the text vector of a feature: A = its name split into words, B = description and tags,
C = entities, view and source, D = definition. The default parser keeps `avgTxnAmt`, `a/b` and `customer.features.txn`
whole, so names are split here, on case, punctuation and between letters and digits. A name's words are also kept
unstemmed, without a place: a prefix that is longer than the stem still finds them, and so does a stop word.
Everything is schema-qualified: a restore runs with an empty search path. A migration is history, so each one keeps
the function that it made.
"""

from django.contrib.postgres.operations import BtreeGinExtension, TrigramExtension
from django.db import migrations

# Letters outside ASCII stay: only ASCII punctuation separates words.
SPLIT = r"""pg_catalog.regexp_replace({0}, '[\u0001-/:-@\[-`{{-\u007F]+|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])'
  '|(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])', ' ', 'g')"""
# The parser splits on other punctuation by itself. This is ten times faster than a regular expression.
_SPACED = "pg_catalog.replace(pg_catalog.replace({0}, '/', ' '), '.', ' ')"
_VECTOR = "pg_catalog.setweight(pg_catalog.to_tsvector('pg_catalog.english', {0}), '{1}')"
# Not declared strict, which would keep PostgreSQL from inlining it: none of its columns is ever null.
SEARCH = f"""
CREATE FUNCTION charter_search(name text, description text, keywords text, context text, definition text)
RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT {_VECTOR.format(_SPACED.format("name") + " || ' ' || " + SPLIT.format("name"), "A")}
      || pg_catalog.strip(pg_catalog.to_tsvector('pg_catalog.simple', {_SPACED.format("name")}))
      || {_VECTOR.format(_SPACED.format("description || ' ' || keywords"), "B")}
      || {_VECTOR.format(_SPACED.format("context"), "C")}
      || {_VECTOR.format(_SPACED.format("definition"), "D")}
$$
"""

operations = [
    TrigramExtension(),
    BtreeGinExtension(),
    migrations.RunSQL(SEARCH, "DROP FUNCTION charter_search(text, text, text, text, text)"),
]
