"""Entity tags: the state that people edit, and the bytes of one representation."""

from datetime import timedelta

import pytest
from django.http import HttpRequest

from common.etags import etag, is_unchanged, revision_expected, revision_of
from common.problems import PreconditionFailed, PreconditionRequired


def asked(**headers: str) -> HttpRequest:
    request = HttpRequest()
    request.META |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    return request


def test_equal_states_have_one_name() -> None:
    first = revision_of("a", None, timedelta(1), {"x": 1, "y": 2})
    assert first == revision_of("a", None, timedelta(1), {"y": 2, "x": 1})
    assert revision_of("a") != revision_of("b") != revision_of("a", None)


def test_unchanged_is_this_very_representation() -> None:
    tag = etag("r1", b"body")
    assert is_unchanged(asked(if_none_match=f'"other", W/{tag}'), tag)
    assert is_unchanged(asked(if_none_match="*"), tag)
    assert not is_unchanged(asked(if_none_match=etag("r1", b"other body")), tag)
    assert not is_unchanged(asked(), tag)


def test_editing_names_the_state_alone() -> None:
    assert revision_expected(asked(if_match=etag("r1", b"with more fields"))) == "r1"
    assert revision_expected(asked(if_match=f"W/{etag('r1', b'')}")) == "r1"
    assert revision_expected(asked(if_match="*")) == "*"


def test_editing_blindly_is_refused() -> None:
    with pytest.raises(PreconditionRequired):
        revision_expected(asked())
    with pytest.raises(PreconditionFailed):
        revision_expected(asked(if_match='"r1.a", "r2.b"'))
