"""The database functions that search stands on.

`charter_search` builds the text vector of a feature: A = its name split into words, B = description and tags,
C = entities, view and source. The default parser keeps `avgTxnAmt`, `a/b` and `customer.features.txn` whole, so names
are split here, on case, punctuation and between letters and digits. Everything is schema-qualified: a restore runs
with an empty search path.
"""

from django.contrib.postgres.operations import BtreeGinExtension, TrigramExtension
from django.db import migrations

SEARCH = """
CREATE FUNCTION charter_search(name text, description text, keywords text, context text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT AS $$
  SELECT pg_catalog.setweight(pg_catalog.to_tsvector('pg_catalog.english',
           pg_catalog.regexp_replace(name, '[^A-Za-z0-9]+', ' ', 'g') || ' ' ||
           pg_catalog.regexp_replace(
             pg_catalog.regexp_replace(name, '([a-z])([A-Z])|([A-Za-z])([0-9])|([0-9])([A-Za-z])',
                                       '\\1\\3\\5 \\2\\4\\6', 'g'), '[^A-Za-z0-9]+', ' ', 'g')), 'A')
      || pg_catalog.setweight(pg_catalog.to_tsvector('pg_catalog.english', description || ' ' || keywords), 'B')
      || pg_catalog.setweight(pg_catalog.to_tsvector('pg_catalog.english',
           pg_catalog.regexp_replace(context, '[^A-Za-z0-9]+', ' ', 'g')), 'C')
$$
"""

operations = [
    TrigramExtension(),
    BtreeGinExtension(),
    migrations.RunSQL(SEARCH, "DROP FUNCTION charter_search(text, text, text, text)"),
]
