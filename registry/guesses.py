"""Which class a feature probably has, guessed from its name, its description and what kind its values are.

Guesses are shown with their reason and wait for a person. They are about single columns: three harmless ones together
can single somebody out, which reviewers of requests are told.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from registry.choices import PrivacyClass

_DIRECT, _QUASI = PrivacyClass.DIRECT_IDENTIFIER, PrivacyClass.QUASI_IDENTIFIER
_SPECIAL, _PSEUDONYMOUS = PrivacyClass.SPECIAL_CATEGORY, PrivacyClass.PSEUDONYMOUS
LEVELS = (_SPECIAL, _DIRECT, _QUASI, _PSEUDONYMOUS)  # the strictest first
LONGEST_HEAD = 6  # words
BY_NAME, BY_DESCRIPTION, BY_VALUES, BY_BOTH = 0.8, 0.6, 0.95, 0.98

# What kinds of values mean; see connectors/kinds.py.
OF_KINDS = {
    "email": _DIRECT, "phone": _DIRECT, "card": _DIRECT, "iban": _DIRECT, "national-id": _DIRECT,
    "ip-address": _PSEUDONYMOUS, "mac-address": _PSEUDONYMOUS,
}  # fmt: skip
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


@dataclass(frozen=True, slots=True)
class Guess:
    """`confidence` is from 0 to 1; `reason` is a sentence for who decides."""

    privacy_class: PrivacyClass
    confidence: float
    reason: str


def guess(name: str, description: str = "", kinds: Mapping[str, float] | None = None) -> Guess | None:
    """The strictest class that anything speaks for; None where nothing does."""
    found = [*_of_values(kinds or {}), *_of_name(name), *_of_description(description)]
    if not found:
        return None
    best = min(found, key=lambda one: (LEVELS.index(one.privacy_class), -one.confidence))
    agree = [one for one in found if one.privacy_class == best.privacy_class]
    if len(agree) < 2:
        return best
    return Guess(best.privacy_class, BY_BOTH, " ".join(one.reason for one in agree))


def _of_values(kinds: Mapping[str, float]) -> Iterator[Guess]:
    for kind, share in kinds.items():
        if kind in OF_KINDS:
            yield Guess(OF_KINDS[kind], BY_VALUES, f"{share:.0%} of sampled values are valid as {kind}.")


def _of_name(name: str) -> Iterator[Guess]:
    if said := _said(words_of(name), _PATTERNS):
        yield Guess(said[0], BY_NAME, f"Its name says “{said[1]}”.")


def _of_description(description: str) -> Iterator[Guess]:
    """Only what names the data itself, at the beginning: descriptions mention much else."""
    head = words_of(re.split(r"[.,(;]| of (?!birth)| for | that ", description, maxsplit=1)[0])
    if len(head.split()) <= LONGEST_HEAD and (said := _said(head, _PATTERNS[:3])):
        yield Guess(said[0], BY_DESCRIPTION, f"Its description says “{said[1]}”.")


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
