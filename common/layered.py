"""Places for the nodes of a graph in columns from left to right, so that edges cross little and boxes never overlap.

Columns by the longest way from the left, rows by the middle of a node's neighbours, swept to and fro (Sugiyama, Tagawa,
Toda 1981). An edge over several columns goes through a place of its own in each of them. Linear in nodes and edges for
each sweep.
"""

from collections import defaultdict, deque
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
SWEEPS = 8


@dataclass(frozen=True, slots=True)
class Layout(Generic[Key]):
    """`column` and `row` of each node, from 0; rows are fractions.

    `ways` are the rows that an edge passes in the columns between its ends.
    """

    column: Mapping[Key, int]
    row: Mapping[Key, float]
    ways: Mapping[tuple[Key, Key], Sequence[float]]
    columns: int
    rows: float


def laid_out(nodes: Sequence[Key], edges: Iterable[tuple[Key, Key]]) -> Layout[Key]:
    """Places for the nodes. Edges that close a circle are laid out against the stream."""
    onward = _without_circles(nodes, list(dict.fromkeys(edges)))
    column = _columns(nodes, onward)
    chains = {edge: _chain(edge, column) for edge in onward}
    layers: list[list[Hashable]] = [[] for _ in range(max(column.values(), default=-1) + 1)]
    for node in nodes:
        layers[column[node]].append(node)
    for edge, chain in chains.items():
        for step in chain[1:-1]:
            layers[column[edge[0]] + step.number].append(step)
    above, below = _neighbours(chains.values())
    row = _rows(layers, above, below)
    ways = {edge: [row[step] for step in chain[1:-1]] for edge, chain in chains.items()}
    rows = max(row.values(), default=-1) + 1
    return Layout(column, {node: row[node] for node in nodes}, ways, len(layers), rows)


def _without_circles(nodes: Sequence[Key], edges: list[tuple[Key, Key]]) -> list[tuple[Key, Key]]:
    """The edges, with those that lead back to where they came from turned round."""
    after: dict[Key, list[Key]] = defaultdict(list)
    for source, target in edges:
        if source != target:
            after[source].append(target)
    done: set[Key] = set()
    onward: dict[tuple[Key, Key], None] = {}
    for start in nodes:
        _walk(start, after, done, onward)
    return list(onward)


def _walk(start: Key, after: Mapping[Key, list[Key]], done: set[Key], onward: dict[tuple[Key, Key], None]) -> None:
    """In depth, without recursion: what is still open when it is met again lies upstream."""
    if start in done:
        return
    is_open, stack = {start}, [(start, iter(after.get(start, ())))]
    while stack:
        node, targets = stack[-1]
        target = next(targets, None)
        if target is None:
            stack.pop()
            is_open.discard(node)
            done.add(node)
        elif target in is_open:
            onward[target, node] = None
        else:
            onward[node, target] = None
            if target not in done:
                is_open.add(target)
                stack.append((target, iter(after.get(target, ()))))


def _columns(nodes: Sequence[Key], edges: list[tuple[Key, Key]]) -> dict[Key, int]:
    """The longest way from the left; what has nothing before it stands right before what it leads to."""
    after, count = defaultdict(list), dict.fromkeys(nodes, 0)
    for source, target in edges:
        after[source].append(target)
        count[target] += 1
    column = dict.fromkeys(nodes, 0)
    ready, sources = deque(node for node in nodes if not count[node]), [node for node in nodes if not count[node]]
    while ready:
        node = ready.popleft()
        for target in after[node]:
            column[target] = max(column[target], column[node] + 1)
            count[target] -= 1
            if not count[target]:
                ready.append(target)
    for node in sources:
        if after[node]:
            column[node] = min(column[target] for target in after[node]) - 1
    return column


@dataclass(frozen=True, slots=True)
class _Step:
    """Stands for an edge in a column that it passes, the `number`-th from its source."""

    edge: tuple[Hashable, Hashable]
    number: int


def _chain(edge: tuple[Key, Key], column: Mapping[Key, int]) -> list[Any]:
    """The edge's ends, and between them a stand-in for each column that it passes."""
    steps = range(1, column[edge[1]] - column[edge[0]])
    return [edge[0], *(_Step(edge, number) for number in steps), edge[1]]


def _neighbours(chains: Iterable[list[Any]]) -> tuple[dict, dict]:
    above, below = defaultdict(list), defaultdict(list)
    for chain in chains:
        for left, right in pairwise(chain):
            above[right].append(left)
            below[left].append(right)
    return above, below


def _rows(layers: list[list[Hashable]], above: Mapping, below: Mapping) -> dict[Hashable, float]:
    row: dict[Hashable, float] = {node: float(at) for layer in layers for at, node in enumerate(layer)}
    for sweep in range(SWEEPS):
        is_down = sweep % 2 == 0
        for layer in layers if is_down else reversed(layers):
            _settle(layer, row, above if is_down else below)
    lowest = min(row.values(), default=0)
    return {node: place - lowest for node, place in row.items()}


def _settle(layer: list[Hashable], row: dict[Hashable, float], neighbours: Mapping) -> None:
    """Each node to the middle of its neighbours, in that order, and then apart so far that none overlap."""
    wanted = {
        node: sum(row[one] for one in beside) / len(beside) if (beside := neighbours.get(node)) else row[node]
        for node in layer
    }
    layer.sort(key=lambda node: (wanted[node], row[node]))
    at = float("-inf")
    for node in layer:
        row[node] = at = max(wanted[node], at + 1)
    surplus = sum(row[node] - wanted[node] for node in layer) / len(layer) if layer else 0
    for node in layer:  # pushed apart to both sides alike
        row[node] -= surplus
