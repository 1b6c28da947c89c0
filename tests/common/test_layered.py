"""Places for a graph: from left to right, nothing on top of anything, circles and long ways included."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from common.layered import Layout, laid_out

EDGES = st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), max_size=40)


def by_column(layout: Layout[int]) -> dict[int, list[float]]:
    columns: dict[int, list[float]] = defaultdict(list)
    for node, column in layout.column.items():
        columns[column].append(layout.row[node])
    for edge, rows in layout.ways.items():
        for step, row in enumerate(rows, start=layout.column[edge[0]] + 1):
            columns[step].append(row)
    return columns


@given(EDGES)
def test_nothing_overlaps_and_nothing_lies_outside(edges: list[tuple[int, int]]) -> None:
    layout = laid_out(range(15), edges)
    assert set(layout.column) == set(range(15))
    for rows in by_column(layout).values():
        rows.sort()
        assert all(after - before > 0.999 for before, after in zip(rows, rows[1:], strict=False))
        assert rows[0] > -0.001
        assert rows[-1] < layout.rows


@given(EDGES)
def test_edges_lead_to_the_right_unless_they_close_a_circle(edges: list[tuple[int, int]]) -> None:
    onward = [(min(edge), max(edge)) for edge in edges if edge[0] != edge[1]]  # a graph without circles
    layout = laid_out(range(15), onward)
    assert all(layout.column[source] < layout.column[target] for source, target in onward)
    assert set(layout.ways) == set(onward)


def test_a_chain_is_a_straight_line() -> None:
    layout = laid_out("abcd", [("a", "b"), ("b", "c"), ("c", "d")])
    assert [layout.column[node] for node in "abcd"] == [0, 1, 2, 3]
    assert len({layout.row[node] for node in "abcd"}) == 1


def test_a_circle_is_cut_open() -> None:
    layout = laid_out("abc", [("a", "b"), ("b", "c"), ("c", "a"), ("a", "a")])
    assert [layout.column[node] for node in "abc"] == [0, 1, 2]
    assert ("a", "c") in layout.ways


def test_a_source_stands_right_before_what_it_feeds() -> None:
    layout = laid_out("abcx", [("a", "b"), ("b", "c"), ("x", "c")])
    assert layout.column["x"] == layout.column["b"]


def test_nothing_at_all() -> None:
    assert laid_out([], []).rows == 0


def test_a_very_long_chain_needs_no_stack() -> None:
    layout = laid_out(range(5_000), [(node, node + 1) for node in range(4_999)])
    assert layout.columns == 5_000
