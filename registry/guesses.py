"""Which class a feature probably has, guessed from its name, its description and what kind its values are of.

Guesses are shown with their reason and wait for a person. They are about single columns: three harmless ones together
can single somebody out, which reviewers of requests are told.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Literal

from connectors.records import Sampled
from registry.choices import PrivacyClass

_DIRECT, _QUASI = PrivacyClass.DIRECT_IDENTIFIER, PrivacyClass.QUASI_IDENTIFIER
_SPECIAL, _PSEUDONYMOUS = PrivacyClass.SPECIAL_CATEGORY, PrivacyClass.PSEUDONYMOUS
LEVELS = (_SPECIAL, _DIRECT, _QUASI, _PSEUDONYMOUS)  # the strictest first
LONGEST_HEAD, MOST_READ = 6, 400  # words, and characters of a description
BY_NAME, BY_DESCRIPTION, BY_VALUES, BY_BOTH = 0.8, 0.6, 0.95, 0.98

# What kinds of values mean, and are called; see connectors/kinds.py.
OF_KINDS = {
    "email": (_DIRECT, "mail addresses"), "phone": (_DIRECT, "telephone numbers"), "card": (_DIRECT, "card numbers"),
    "iban": (_DIRECT, "IBANs"), "national-id": (_DIRECT, "national id numbers"),
    "ip-address": (_PSEUDONYMOUS, "IP addresses"), "mac-address": (_PSEUDONYMOUS, "MAC addresses"),
}  # fmt: skip
By = Literal["values", "name", "described"]
# What a name ends in, parted by spaces, where it is about the data itself: an `email` is one, `email_invalid` is not.
_WORDS: tuple[tuple[PrivacyClass, str], ...] = (
    (_SPECIAL, r"religion|ethnic group|ethnicity|race|disability|diagnos[ie]s|icd 10|medication|prescription|"
               r"allergy|allergies|pregnancy|sexual orientation|political party|trade union|genome|blood type|"
               r"hiv status|health condition|medical history"),
    (_DIRECT, r"e?mail|email address|e mail|phone|phone number|telephone|tel|mobile|msisdn|fax|ssn|social security|"
              r"national id|passport|driver licen[cs]e|licen[cs]e plate|iban|iban number|ccn|cvv|cvc|credit card|"
              r"card number|cc number|street|address|address line|first name|last name|full name|middle name|"
              r"given name|family name|maiden name|surname|firstname|lastname|fullname|fname|lname|customer name|"
              r"person name|contact name|caller ?name|cardholder|username|user name|login name|real name"),
    (_QUASI, r"dob|birth|birthday|birthdate|birth date|date of birth|birth year|birth month|age|gender|sex|"
             r"(?:caller)?zip|zipcode|zip code|postcode|post code|postal|postal code|nationality|citizenship|"
             r"marital status|occupation|job title|salary|income|education level|lat|latitude|lon|lng|longitude|"
             r"geolocation|geo point|city|home town|apartment|credit score|fico score"),
    (_PSEUDONYMOUS, r"(?:user|customer|person|patient|member|subject|visitor|device|session|advertising) ?id|"
                    r"cookie|idfa|gaid|imei|mac|mac address|ip|ip address|ipv 4|ipv 6|ipaddress|client ip|remote addr|"
                    r"srcaddr|user ?agent|(?:user|device|browser) fingerprint"),
)  # fmt: skip
# What may follow without changing what it is about.
_TAIL = r"(?: (?:\d+|value|raw|text|source value|concept id|source concept id|zipcode|person))*$"
_PATTERNS = tuple((one, re.compile(rf"(?:^| )(?:{words}){_TAIL}")) for one, words in _WORDS)
_ADDRESS_OF_MACHINE = re.compile(r"(?:^| )(?:ip|mac|net|memory) address$")
# Whose it is, where that is nobody: the name of a page, the address of a shop, how many mails there are.
_INNOCENT = re.compile(
    r"(?:^| )(?:page|message|image|cache|file|row|record|company|shop|store|airport|station|hub|warehouse|merchant|"
    r"branch|vendor|product|event|plane|stop|source|template|campaign|server|retirement|per capita)"
    r"(?: [a-z]+)? (?:name|address|lat|latitude|lon|lng|longitude|age|zip|phone|email|city|income)(?: \d+)?$|"
    r"^(?:count|number|num|n|has|is|avg|mean|sum|max|min|pct|rate) "
)
_PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


# Changes with every word that is looked for, so that what was read off names by other words is read again.
WORDS_MARK = blake2b(repr((_WORDS, _TAIL, _INNOCENT.pattern, LONGEST_HEAD)).encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Guess:
    """`confidence`, from 0 to 1, ranks what speaks for it; `said` is the word or kind that does; `reason` is a sentence
    for who decides."""

    privacy_class: PrivacyClass
    confidence: float
    by: By
    said: str
    reason: str


def guess(name: str, description: str = "", sampled: Sampled | None = None) -> Guess | None:
    """The strictest class that anything speaks for; None where nothing does."""
    found = [*of_values(sampled), *of_words(name, description)]
    if not found:
        return None
    best = min(found, key=lambda one: (LEVELS.index(one.privacy_class), -one.confidence))
    agree = [one for one in found if one.privacy_class == best.privacy_class]
    if len(agree) < 2:
        return best
    return replace(best, confidence=BY_BOTH, reason=" ".join(one.reason for one in agree))


def of_values(sampled: Sampled | None) -> Iterator[Guess]:
    """What the kind of its values says."""
    if sampled and sampled.kind in OF_KINDS:
        found, called = OF_KINDS[sampled.kind]
        reason = f"{sampled.valid} of {sampled.looked_at} sampled values are valid {called}."
        yield Guess(found, BY_VALUES, "values", sampled.kind, reason)


def of_words(name: str, description: str) -> Iterator[Guess]:
    """What name and description say."""
    if said := _said(words_of(name), _PATTERNS):
        yield Guess(said[0], BY_NAME, "name", said[1], f"Its name says “{said[1]}”.")
    # Only what names the data itself, at the beginning: descriptions mention much else.
    head = words_of(re.split(r"[.,(;]| of (?!birth)| for | that ", description[:MOST_READ], maxsplit=1)[0])
    if len(head.split()) <= LONGEST_HEAD and (said := _said(head, _PATTERNS[:3])):
        yield Guess(said[0], BY_DESCRIPTION, "described", said[1], f"Its description says “{said[1]}”.")


def _said(words: str, patterns: tuple[tuple[PrivacyClass, re.Pattern[str]], ...]) -> tuple[PrivacyClass, str] | None:
    if _INNOCENT.search(words):
        return None
    found = ((one, said[0].strip()) for one, pattern in patterns if (said := pattern.search(words)))
    if _ADDRESS_OF_MACHINE.search(words):
        found = ((one, said) for one, said in found if one == _PSEUDONYMOUS)
    return next(found, None)


def words_of(text: str) -> str:
    """`homePostcode_v2` as `home postcode v 2`: lower case, parted by single spaces."""
    return " ".join(piece.lower() for piece in _PIECES.findall(text))
