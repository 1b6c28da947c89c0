"""What to search when a query finds next to nothing: known words for unknown ones, or any word instead of all."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from registry.search.asking import Asked
from registry.search.compiling import plain_words
from registry.search.grammar import Words
from registry.search.results import Correction
from registry.search.vocabulary import Meant, meant, words_of

SHORTEST = 3  # of two letters anything may be meant
MAX_NEAREST = 5


@dataclass(frozen=True, slots=True)
class Advice:
    """`corrected` and `relaxed` are queries to try, in this order; `nearest` are words to offer if neither helps."""

    corrected: Correction | None = None
    relaxed: Correction | None = None
    nearest: tuple[str, ...] = ()


def advise(asked: Asked) -> Advice:
    """What may have been meant, from words that the actor may know of."""
    typed = plain_words(asked.narrowed.nodes)
    doubtful = [word for word in typed if len(word) >= SHORTEST and word.isalpha() and word not in asked.match.synonyms]
    found = meant(asked.scope.project_ids, doubtful) if doubtful else {}
    corrected = _corrected(asked, found)
    return Advice(corrected, _relaxed(asked, corrected), _nearest(found))


def _corrected(asked: Asked, found: Mapping[str, Meant]) -> Correction | None:
    changes: dict[str, str] = {}
    parts = []
    for node, text in asked.narrowed.rest:
        is_words = isinstance(node, Words) and node.kind == "words"
        parts.append(_rewritten(text, found, changes) if is_words else text)
    if not changes:
        return None
    return Correction(tuple(changes.items()), asked.narrowed.text(rest=parts))


def _rewritten(text: str, found: Mapping[str, Meant], changes: dict[str, str]) -> str:
    """The typed text with its unknown words exchanged. The last one may be a beginning, and then gets a star."""
    words = words_of(text)
    for word in words:
        advice = found.get(word.lower())
        if advice and advice.is_beginning and word == words[-1]:
            text = re.sub(rf"{word}\Z", f"{word}*", text)
            changes[word] = f"{word}*"
        elif advice and advice.nearest:
            text = re.sub(rf"(?<![^\W_]){word}(?![^\W_])", advice.nearest[0], text)
            changes[word] = advice.nearest[0]
    return text


def _relaxed(asked: Asked, corrected: Correction | None) -> Correction | None:
    """Any of the words, spelled right, instead of all of them."""
    spelled = dict(corrected.words) if corrected else {}
    words = plain_words(asked.narrowed.nodes)
    if len(words) < 2:
        return None
    kept = [text for node, text in asked.narrowed.rest if not (isinstance(node, Words) and node.kind == "words")]
    lowered = {typed.lower(): known for typed, known in spelled.items()}
    anyone = " OR ".join(lowered.get(word, word) for word in words)
    return Correction(tuple(spelled.items()), asked.narrowed.text(rest=[f"({anyone})", *kept]))


def _nearest(found: Mapping[str, Meant]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for one in found.values() for word in one.nearest))[:MAX_NEAREST]
