"""The query language: every form reads as its table says, and no text is an error."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from registry.search.choices import edited, filters_of, narrow
from registry.search.grammar import (
    MAX_DEPTH,
    MAX_LENGTH,
    MAX_TERMS,
    All,
    AnyOf,
    Node,
    Not,
    Query,
    Term,
    Words,
    leaves,
    parse,
)

a, b, c, d = (Words(letter) for letter in "abcd")


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("", []),
        ("avg amount", [Words("avg"), Words("amount")]),
        ("a AND b", [a, b]),
        ("a OR b", [AnyOf((a, b))]),
        ("a b OR c d", [a, AnyOf((b, c)), d]),
        ("-a", [Not(a)]),
        ("NOT a", [Not(a)]),
        ("a (b OR c)", [a, AnyOf((b, c))]),
        ("-(a b)", [Not(All((a, b)))]),
        ('"card transactions"', [Words("card transactions", "phrase")]),
        ("transac*", [Words("transac", "prefix")]),
        ("owner:payments", [Term("owner", "payments")]),
        ('owner:"Payments Features"', [Term("owner", "Payments Features")]),
        ("OWNER:payments", [Term("owner", "payments")]),
        ("type:vector*", [Term("type", "vector", "^")]),
        ("owner: payments", [Term("owner", "payments")]),
        ("stale:>2h", [Term("stale", "2h", ">")]),
        ("null:<=5%", [Term("null", "5%", "<=")]),
        ("used:>=3", [Term("used", "3", ">=")]),
        ("created:[2h TO 1d]", [Term("created", "2h", "[]", "1d")]),
        ("changed:>2026-11-20", [Term("changed", "2026-11-20", ">")]),
        ("entity:(user OR card)", [AnyOf((Term("entity", "user"), Term("entity", "card")))]),
        ("feeds:model:fraud-ranker", [Term("feeds", "model:fraud-ranker")]),
        ("owner:@my-team", [Term("owner", "@my-team")]),
        ("-status:deprecated", [Not(Term("status", "deprecated"))]),
        ("user_txn@v2:avg", [Term("user_txn@v2", "avg")]),
        ("status:deprecated sunset:<30d", [Term("status", "deprecated"), Term("sunset", "30d", "<")]),
        (r"a\:b", [Words("a:b")]),
        ("+a b~2 c^3", [a, b, c]),
        ("großbetrag", [Words("großbetrag")]),
    ],
)
def test_forms(text: str, nodes: list[Node]) -> None:
    query = parse(text)
    assert query.nodes == nodes
    assert query.notes == ()


@pytest.mark.parametrize(
    ("text", "words", "hint"),
    [
        ("(avg amount", "avg amount", "bracket"),
        ('"card amount', "card amount", "quotation mark"),
        ("avg owner:", "avg owner", "straight after its colon"),
        ("avg AND", "avg", "Example"),
        ("[2h TO", "2h", "Example"),
        ("amount~..", "amount", "Example"),
        ("OR", "", "Example"),
    ],
)
def test_what_cannot_be_read_is_searched_as_words(text: str, words: str, hint: str) -> None:
    query = parse(text)
    assert query.nodes == ([Words(words)] if words else [])
    assert len(query.notes) == 1
    assert hint in query.notes[0]


@pytest.mark.parametrize(
    "text",
    [
        "a " * (MAX_TERMS + 1),
        "(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1),
        "x" * (MAX_LENGTH + 1),
        "-" * 900 + "a",
    ],
)
def test_too_much_is_searched_as_words(text: str) -> None:
    query = parse(text)
    assert all(isinstance(node, Words) for node in query.nodes)
    assert "plain words" in query.notes[0]
    assert len(query.text) <= MAX_LENGTH


def test_as_much_as_is_allowed_is_read() -> None:
    assert len(parse("a " * MAX_TERMS).nodes) == MAX_TERMS
    assert parse("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH).notes == ()


PIECES = st.sampled_from(
    [*'ab:()[]{}"*?~^/\\+-<>=!&|@.,%01_ é\0', "AND", " OR ", "NOT ", " TO ", "owner:", "stale:>", "null:[", "T12:30"]
)


@settings(max_examples=500, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=80))
@example("(" * 499 + "a" + ")" * 499)
@example("a:" * 400 + "a")
@example("NOT " * 240 + "a")
@example("a OR b AND " * 80 + "a")
@example("\ud800")
def test_any_text_is_read_and_bounded(text: str) -> None:
    query = parse(text)
    assert isinstance(query, Query)
    assert sum(1 for node in query.nodes for _ in leaves(node)) <= MAX_TERMS


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_parts_written_again_mean_the_same(text: str) -> None:
    query = parse(text)
    again = parse(narrow(query).text())
    if not query.notes and len(narrow(query).text()) <= MAX_LENGTH:
        assert narrow(again).choices == narrow(query).choices


@pytest.mark.parametrize(
    ("text", "ticked", "shown", "expected"),
    [
        ("avg", {"entity": ["user"]}, [], "avg entity:user"),
        ("avg entity:user", {"entity": ["user", "card"]}, ["entity:user"], "avg entity:(user OR card)"),
        ("avg entity:(user OR card)", {"entity": ["card"]}, ["entity:user", "entity:card"], "avg entity:card"),
        ("avg entity:user", {}, ["entity:user"], "avg"),
        ("avg entity:user", {"health": ["ok"]}, [], "avg entity:user health:ok"),
        ("", {"owner": ["Payments Features"]}, [], 'owner:"Payments Features"'),
        ("null:>5% -status:retired", {"tag": ["tier=1"]}, [], "null:>5% -status:retired tag:tier=1"),
        ("avg", {"nonsense": ["x"]}, [], "avg"),
        ("owner:@my-team", {}, [], "owner:@my-team"),
        ('entity:"AND"', {}, [], 'entity:"AND"'),
    ],
)
def test_filters_and_text_are_one_query(
    text: str, ticked: dict[str, list[str]], shown: list[str], expected: str
) -> None:
    assert edited(text, ticked, shown) == expected


def test_each_filter_can_be_taken_away() -> None:
    query = parse("avg entity:(user OR card) null:>5% -status:retired (health:ok OR used:0)")
    assert filters_of(query) == [
        ("entity:user", "avg null:>5% -status:retired (health:ok OR used:0) entity:card"),
        ("entity:card", "avg null:>5% -status:retired (health:ok OR used:0) entity:user"),
        ("null:>5%", "avg -status:retired (health:ok OR used:0) entity:(user OR card)"),
        ("-status:retired", "avg null:>5% (health:ok OR used:0) entity:(user OR card)"),
        ("(health:ok OR used:0)", "avg null:>5% -status:retired entity:(user OR card)"),
    ]
