"""Synonyms are edited by administrators, and count from the next search on."""

from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from registry.actions.words import add_synonym, change_synonym, remove_synonym
from registry.models import AuditEntry, Synonym
from registry.search import search
from tests.registry.search_rows import feature, learn_synonyms, names


@pytest.fixture(autouse=True)
def _first_synonyms(db: None) -> None:
    learn_synonyms()


def test_the_first_ones_are_there(db: None) -> None:
    meanings = dict(Synonym.objects.values_list("word", "means"))
    for word, means in (("txn", "transaction"), ("amt", "amount"), ("cnt", "count"), ("avg", "mean"), ("usr", "user")):
        assert meanings[word] == means


def test_a_new_one_counts_at_once(cast: SimpleNamespace) -> None:
    feature("gmv_7d")
    feature("gross_merchandise_value_30d")
    assert names(search(cast.viewer, "gmv", as_typed=True)) == ["gmv_7d"]
    add_synonym(None, actor=cast.admin, word="GMV", means="gross  merchandise value")
    for text in ("gmv", '"gross merchandise value" OR gmv'):
        assert len(names(search(cast.viewer, text, as_typed=True))) == 2
    entry = AuditEntry.objects.get(action="registry.add_synonym")
    assert entry.changes == {"means": ["", "gross merchandise value"]}


def test_one_is_changed_and_removed(cast: SimpleNamespace) -> None:
    feature("value_7d")
    feature("score_7d")
    synonym = add_synonym(None, actor=cast.admin, word="clv", means="value")
    assert names(search(cast.viewer, "clv", as_typed=True)) == ["value_7d"]
    change_synonym(synonym, actor=cast.admin, means="score")
    assert names(search(cast.viewer, "clv", as_typed=True)) == ["score_7d"]
    remove_synonym(synonym, actor=cast.admin)
    assert names(search(cast.viewer, "clv", as_typed=True)) == []
    assert AuditEntry.objects.filter(action__endswith="_synonym").count() == 3


@pytest.mark.parametrize(
    ("word", "means", "field"),
    [
        ("", "x", "word"), ("two words", "x", "word"), ("a-b", "x", "word"), ("x", "", "means"), ("x", "a|b", "means"),
        ("same", "Same", "means"), ("txn", "other", "word"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(cast: SimpleNamespace, word: str, means: str, field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        add_synonym(None, actor=cast.admin, word=word, means=means)
    assert list(caught.value.message_dict) == [field]


def test_only_administrators_edit_them(cast: SimpleNamespace) -> None:
    synonym = Synonym.objects.get(word="txn")
    for actor in (cast.viewer, cast.owner_a, cast.auditor, cast.service):
        with pytest.raises(PermissionDenied):
            add_synonym(None, actor=actor, word="gmv", means="value")
        with pytest.raises(PermissionDenied):
            change_synonym(synonym, actor=actor, means="value")
        with pytest.raises(PermissionDenied):
            remove_synonym(synonym, actor=actor)
    assert Synonym.objects.get(word="txn").means == "transaction"
