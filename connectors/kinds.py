"""What kind of personal data values look like: mail addresses, telephone, card, account and national numbers.

Well-kept libraries validate each value; what comes out is how many of them do, never a value. A number that only looks
like a card fails its check digit, so a column of ids is not taken for one.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import Any

MOST_LOOKED_AT, FEWEST = 200, 20
LONGEST = 320  # of a value: a mail address has no more
ENOUGH = 0.6  # the share of values that has to be of a kind

# Personal numbers with check digits or a strict form, by the country that gives them.
_NATIONAL = (
    "us.ssn", "nl.bsn", "de.idnr", "fr.nir", "es.dni", "es.nie", "it.codicefiscale", "gb.nhs", "pl.pesel",
    "se.personnummer", "fi.hetu", "be.nn", "dk.cpr", "no.fodselsnummer", "pt.cc", "br.cpf", "in_.aadhaar", "cz.rc",
    "ro.cnp", "bg.egn", "hr.oib", "ee.ik", "lt.asmens", "tr.tckimlik", "cn.ric", "za.idnr",
)  # fmt: skip
_DIGITS = re.compile(r"\d")
_CARD = re.compile(r"\d[\d -]{11,21}\d\Z")


def kinds_of(values: Iterable[object]) -> dict[str, float]:
    """Shares of `values` that are of a kind, for the kinds that most of them are: {"email": 0.98}.

    At most `MOST_LOOKED_AT` are looked at, in memory; nothing is said of fewer than `FEWEST`. Kinds are email, phone,
    card, iban, national-id, ip-address, mac-address.
    """
    texts = [text for value in values if (text := _text(value))][:MOST_LOOKED_AT]
    if len(texts) < FEWEST:
        return {}
    shares = {kind: sum(map(is_one, texts)) / len(texts) for kind, is_one in _KINDS.items()}
    national = max((sum(map(is_one, texts)) / len(texts) for is_one in _national()), default=0.0)
    found = {**shares, "national-id": national}
    return {kind: round(share, 2) for kind, share in found.items() if share >= ENOUGH}


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
    """Tests of national numbers; of bare digits alone only those with eleven and more, where a chance hit is rare."""
    from importlib import import_module

    return [partial(_is_national, import_module(f"stdnum.{name}")) for name in _NATIONAL]


def _is_national(country: Any, text: str) -> bool:
    return len(text) >= 8 and bool(country.is_valid(text))
