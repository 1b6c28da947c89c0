"""Cursors: opaque, made by us alone, bound to the order they were made for."""

import pytest
from django.http import QueryDict

from common.pagination import MOST, Place, limit, place
from common.problems import InvalidParameter

SORTS = {"key": ("key",), "-changed_at": ("-changed_at", "-id")}


def asked(**values: object) -> QueryDict:
    query = QueryDict(mutable=True)
    query.update({name: str(value) for name, value in values.items()})
    return query


def test_the_first_page_begins_anywhere() -> None:
    assert place(asked(), SORTS) == Place("key", ("key",), (), 50)
    assert not place(asked(), SORTS).condition()


def test_a_cursor_leads_to_where_it_was_made() -> None:
    start = place(asked(sort="-changed_at"), SORTS)
    cursor = start.cursor(("2026-03-03T12:00:00+00:00", 7))
    later = place(asked(sort="-changed_at", cursor=cursor, limit=20), SORTS)
    assert later.after == ("2026-03-03T12:00:00+00:00", 7)
    assert later.limit == 20


def test_the_condition_lets_an_index_begin_at_the_place() -> None:
    condition = str(Place("-changed_at", ("-changed_at", "-id"), ("x", 7), 50).condition())
    assert condition == ("(AND: ('changed_at__lte', 'x'), (OR: ('changed_at__lt', 'x'), ('id__lt', 7)))")


@pytest.mark.parametrize("cursor", ["x", "WyJrZXkiLCJhIl0", "WyJrZXkiLCJhIl0:forged", "a:b:c", "ü", "\x00"])
def test_a_forged_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidParameter, match="was not made here"):
        place(asked(cursor=cursor), SORTS)


def test_a_changed_cursor_is_refused() -> None:
    cursor = place(asked(), SORTS).cursor(("a",))
    changed = ("A" if cursor[0] != "A" else "B") + cursor[1:]
    with pytest.raises(InvalidParameter):
        place(asked(cursor=changed), SORTS)


def test_a_cursor_of_another_order_is_refused() -> None:
    cursor = place(asked(sort="key"), SORTS).cursor(("a",))
    with pytest.raises(InvalidParameter, match="another order"):
        place(asked(sort="-changed_at", cursor=cursor), SORTS)


def test_an_unknown_order_lists_the_orders() -> None:
    with pytest.raises(InvalidParameter, match="key, -changed_at"):
        place(asked(sort="id"), SORTS)


@pytest.mark.parametrize("text", ["0", "-1", "201", "x", "", "1e2", "٣", "1.0", "9" * 50])
def test_limits_are_whole_and_small(text: str) -> None:
    with pytest.raises(InvalidParameter, match="1 to 200"):
        limit(asked(limit=text))


def test_limits_at_the_edges() -> None:
    assert [limit(asked(limit=number)) for number in (1, MOST)] == [1, MOST]
