"""What search keeps beside the features: vocabulary and counts, made anew from them, and synonyms that people edit."""

from collections.abc import Collection

from django.db import connection as database
from django.db import transaction

from registry.actions.action import Note, action, invalid, lock
from registry.models import Synonym
from registry.search_functions import SPLIT

# Drafts are left out: only their team may know of them, and words are shared by everybody who sees the project.
_WORDS = """
CREATE TEMPORARY TABLE seen_word ON COMMIT DROP AS
SELECT project_id, word, count(*) AS features
FROM (SELECT DISTINCT id, project_id, lower(word) AS word
      FROM registry_feature, string_to_table(SPLIT, ' ') AS word
      WHERE project_id = ANY(%(projects)s) AND gone_at IS NULL AND state <> 'draft') AS named
WHERE length(word) BETWEEN 3 AND 80 AND word !~ '^[0-9]+$'
GROUP BY project_id, word
""".replace("SPLIT", SPLIT.format("name"))
# In one order, so that two pulls at once wait for each other instead of locking each other out.
_ADD_WORDS = """
INSERT INTO registry_word (word) SELECT DISTINCT word FROM seen_word ORDER BY word ON CONFLICT (word) DO NOTHING
"""
_DROP_USES = """
DELETE FROM registry_worduse held USING registry_word known
WHERE known.id = held.word_id AND held.project_id = ANY(%(projects)s)
  AND NOT EXISTS (SELECT 1 FROM seen_word seen WHERE seen.project_id = held.project_id AND seen.word = known.word)
"""
_KEEP_USES = """
INSERT INTO registry_worduse AS held (project_id, word_id, features)
SELECT seen.project_id, known.id, seen.features FROM seen_word seen JOIN registry_word known USING (word)
ORDER BY known.id, seen.project_id
ON CONFLICT (word_id, project_id) DO UPDATE SET features = excluded.features WHERE held.features <> excluded.features
"""
_COUNT_FACETS = """
INSERT INTO registry_facetcount (
  project_id, state, health, privacy_class, looks_personal, entity_names, owner_id, store, is_online, features)
SELECT project_id, state, health, privacy_class, looks_personal, entity_names, owner_id, store, is_online, count(*)
FROM registry_feature
WHERE project_id = ANY(%(projects)s) AND gone_at IS NULL
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
"""
_ADD_UP = """
INSERT INTO registry_facettotal (project_id, facet, value, drafted_by_id, features)
SELECT project_id, facet, value, drafted_by, sum(features)
FROM (SELECT *, CASE WHEN state = 'draft' THEN owner_id END AS drafted_by FROM registry_facetcount
      WHERE project_id = ANY(%(projects)s) AND (state <> 'draft' OR owner_id IS NOT NULL)) AS counted,
LATERAL (
  SELECT 'status' AS facet, state AS value
  UNION ALL SELECT facet, value FROM (VALUES
      ('health', health), ('pii', privacy_class), ('owner', coalesce(owner_id::text, '')), ('store', store),
      ('online', is_online::text), ('project', project_id::text)) AS one (facet, value) WHERE state <> 'retired'
  UNION ALL SELECT 'entity', entity FROM unnest(entity_names) AS entity WHERE state <> 'retired') AS held
GROUP BY 1, 2, 3, 4
UNION ALL
SELECT project_id, 'tag', tag, CASE WHEN state = 'draft' THEN owner_id END AS drafted_by, count(*)
FROM registry_feature, LATERAL (SELECT DISTINCT unnest(tags) AS tag) AS held
WHERE project_id = ANY(%(projects)s) AND gone_at IS NULL AND state <> 'retired'
  AND (state <> 'draft' OR owner_id IS NOT NULL)
GROUP BY 1, 2, 3, 4
"""


def refresh_words(project_ids: Collection[int]) -> None:
    """Make the vocabulary of these projects anew from their features' names."""
    with transaction.atomic(), database.cursor() as cursor:
        named = {"projects": list(project_ids)}
        cursor.execute(_WORDS, named)
        cursor.execute(_ADD_WORDS)
        cursor.execute(_DROP_USES, named)
        cursor.execute(_KEEP_USES)
        cursor.execute("DROP TABLE seen_word")


def refresh_facet_counts(project_ids: Collection[int]) -> None:
    """Count the facets of these projects anew: the search page without a query adds these up."""
    with transaction.atomic(), database.cursor() as cursor:
        named = {"projects": sorted(project_ids)}
        # Whoever counts the same project at the same moment waits here; two counts in the table would add up.
        cursor.execute("SELECT 1 FROM registry_project WHERE id = ANY(%(projects)s) ORDER BY id FOR UPDATE", named)
        for table, count in (("registry_facetcount", _COUNT_FACETS), ("registry_facettotal", _ADD_UP)):
            cursor.execute(f"DELETE FROM {table} WHERE project_id = ANY(%(projects)s)", named)  # noqa: S608  two names of ours
            cursor.execute(count, named)


@action("registry.add_synonym")
def add_synonym(_subject: None, note: Note, /, *, actor: object, word: str, means: str) -> Synonym:
    """From the next search on, either word finds the other."""
    word, means = _plain(word), _plain(means)
    _check(word, means)
    if Synonym.objects.filter(word=word).exists():
        raise invalid(word=f"{word} has a meaning already. Change that one instead.")
    note.subject = Synonym.objects.create(word=word, means=means)
    note.change("means", "", means)
    return note.subject


@action("registry.change_synonym")
def change_synonym(synonym: Synonym, note: Note, /, *, actor: object, means: str) -> Synonym:
    """From the next search on, the word finds the new meaning and no longer the old one."""
    synonym = lock(synonym)
    _check(synonym.word, _plain(means))
    note.change("means", synonym.means, _plain(means))
    synonym.means = _plain(means)
    synonym.save(update_fields=["means"])
    return synonym


@action("registry.remove_synonym")
def remove_synonym(synonym: Synonym, note: Note, /, *, actor: object) -> None:
    """The two words no longer find each other."""
    note.change("means", synonym.means, "")
    Synonym.objects.filter(pk=synonym.pk).delete()


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def _check(word: str, means: str) -> None:
    if not word or not word.isalnum():
        raise invalid(word="Write one word, in letters and digits.")
    if not means or not means.replace(" ", "").isalnum():
        raise invalid(means="Write one or more words, in letters and digits.")
    if word == means:
        raise invalid(means="A word always finds itself. Write another word.")
