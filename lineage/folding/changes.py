"""Notes that the ways that data takes have changed: what follows from them is worked out anew some time later."""

from common.statements import execute_many

_NOTE = """
INSERT INTO lineage_telling AS held (id, changes, told) VALUES (1, 1, 0)
ON CONFLICT (id) DO UPDATE SET changes = held.changes + 1
"""


def note_change() -> None:
    """To be called in the transaction that changes edges, names, or what nodes stand for."""
    execute_many(_NOTE, [()])
