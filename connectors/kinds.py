"""What kind of personal data values look like: mail addresses, telephone, card, account and national numbers.

Well-kept libraries validate each value; what comes out is how many of them do, never a value. A number that only looks
like a card fails its check digit, so a column of ids is not taken for one.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable
from functools import cache, partial
from itertools import islice
from typing import Any

from connectors.records import Sampled

MOST_LOOKED_AT, FEWEST = 200, 20
LONGEST = 320  # of a value: a mail address has no more
ENOUGH = 0.6  # the share of values that has to be of a kind
HOPELESS = 0.3  # a kind that so few of the first values are of is not looked for further
SHORTEST_BARE = 11  # of a national number in bare digits: shorter ones are ids, which hit some country's rule by chance

# Personal numbers with check digits or a strict form, by the country that gives them.
_NATIONAL = (
    "us.ssn", "nl.bsn", "de.idnr", "fr.nir", "es.dni", "es.nie", "it.codicefiscale", "gb.nhs", "pl.pesel",
    "se.personnummer", "fi.hetu", "be.nn", "dk.cpr", "no.fodselsnummer", "pt.cc", "br.cpf", "in_.aadhaar", "cz.rc",
    "ro.cnp", "bg.egn", "hr.oib", "ee.ik", "lt.asmens", "tr.tckimlik", "cn.ric", "za.idnr",
)  # fmt: skip
_DIGITS = re.compile(r"\d")
_CARD = re.compile(r"\d[\d -]{11,21}\d\Z")


def kind_of_values(values: Iterable[object]) -> Sampled | None:
    """Which kind most of the different `values` are of, and how many of them; a kind of "" where they are of none, and
    None where there are fewer than `FEWEST`. One value over and over, such as a default, says nothing of the others.

    At most `MOST_LOOKED_AT` are looked at, in memory. Kinds are email, phone, card, iban, national-id, ip-address,
    mac-address.
    """
    texts = list(islice(dict.fromkeys(text for value in values if (text := _text(value))), MOST_LOOKED_AT))
    if len(texts) < FEWEST:
        return None
    counts = {kind: _count(texts, is_one) for kind, is_one in _KINDS.items()}
    counts["national-id"] = max(_count(texts, is_one) for is_one in _national())
    kind, valid = max(counts.items(), key=lambda found: found[1])
    return Sampled(kind if valid >= ENOUGH * len(texts) else "", valid, len(texts))


def _count(texts: list[str], is_one: Callable[[str], bool]) -> int:
    first = sum(map(is_one, texts[:FEWEST]))
    return first + sum(map(is_one, texts[FEWEST:])) if first >= HOPELESS * FEWEST else first


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()[:LONGEST]


def _is_email(text: str) -> bool:
    from email_validator import EmailNotValidError, validate_email  # 0.1 s, and only workers look at values

    if "@" not in text:
        return False
    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def _is_phone(text: str) -> bool:
    import phonenumbers

    if not 7 <= len(_DIGITS.findall(text)) <= 15 or not re.search(r"[+\s()-]", text):
        return False  # a bare number could be anything
    try:
        number = phonenumbers.parse(text, None if text.startswith("+") else "US")
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number)


def _is_card(text: str) -> bool:
    from stdnum import luhn

    return bool(_CARD.match(text)) and luhn.is_valid("".join(_DIGITS.findall(text)))


def _is_iban(text: str) -> bool:
    from stdnum import iban

    return text[:2].isalpha() and iban.is_valid(text)


def _is_ip(text: str) -> bool:
    try:
        return bool(ipaddress.ip_address(text))
    except ValueError:
        return False


def _is_mac(text: str) -> bool:
    return bool(re.fullmatch(r"([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}", text))


_KINDS: dict[str, Callable[[str], bool]] = {
    "email": _is_email, "phone": _is_phone, "card": _is_card, "iban": _is_iban, "ip-address": _is_ip,
    "mac-address": _is_mac,
}  # fmt: skip


@cache
def _national() -> list[Callable[[str], bool]]:
    """Tests of national numbers."""
    from importlib import import_module

    return [partial(_is_national, import_module(f"stdnum.{name}")) for name in _NATIONAL]


def _is_national(country: Any, text: str) -> bool:
    """Some rules know dashes between the parts of a number and no spaces."""
    if len(text) < (SHORTEST_BARE if text.isdigit() else 8):
        return False
    return bool(country.is_valid(text)) or (" " in text and bool(country.is_valid(text.replace(" ", "-"))))
