"""Gives each event its place in the one order in which programs read them: see `registry.queries.events`.

Ids will not do. They are given when a row is written, and a row with a lower one may be committed later: who has read
up to the higher one would never see it. Here a place is given only to what is committed, by one worker at a time, so
whatever appears later stands further behind.
"""

from django.db import connection, transaction

from common.locks import wait_for_lock

_PLACE = """
UPDATE registry_message AS message SET place = placed.last + unplaced.nth
FROM (SELECT id, row_number() OVER (ORDER BY id) AS nth FROM registry_message WHERE place IS NULL) AS unplaced,
     (SELECT coalesce(max(place), 0) AS last FROM registry_message) AS placed
WHERE message.id = unplaced.id
"""


@transaction.atomic
def place_events() -> int:
    """Place what has happened since the last time. Returns how many."""
    wait_for_lock("events")  # held until what it guards is committed
    with connection.cursor() as cursor:
        cursor.execute(_PLACE)
        return int(cursor.rowcount)
