"""Does a feature look personal? A guess from its name and tags, used to keep values in the store until somebody says.

A wrong "yes" costs a histogram; a wrong "no" could show personal values. So when in doubt, it is yes.
"""

import re
from collections.abc import Mapping

from registry.choices import PrivacyClass

# Whole words of a name, after splitting on punctuation, case and digits.
_WORDS = re.compile(
    r"^(e?mail|phone|mobile|tel|fax|ssn|sin|nin|dob|birth|birthday|birthdate|passport|iban|bic|iban|address|street|"
    r"zip|zipcode|postcode|postal|surname|firstname|lastname|fullname|maiden|gender|sex|religion|ethnic|ethnicity|"
    r"race|disability|diagnosis|salary|income|ip|mac|imei|msisdn|cvv|cvc|pan|card|licen[cs]e|nationality|citizenship|"
    r"lat|latitude|lon|lng|longitude|geo|password|username|login|cookie|fingerprint|bio|photo|face|voice)$"
)
_NAMED = {
    "first",
    "last",
    "full",
    "middle",
    "given",
    "family",
    "customer",
    "user",
    "person",
    "employee",
    "contact",
    "owner",
}
_CLASSES = frozenset(PrivacyClass.values) - {""}
# What a tag says that does not say which class.
PERSONAL = "personal"
_ABOUT_CLASS = {"privacy-class", "pii-class", "classification", "data-classification", "pii"}
_ABOUT_PEOPLE = {"pii", "personal", "gdpr", "sensitive"}
_MEANS_PEOPLE = {"pii", "personal", "sensitive"}
# A part of every tag that claims a class, as a regular expression: to look only at those in a large table.
MAY_CLAIM = "pii|personal|gdpr|sensitive|class"
_YES = {"true", "yes", "1", "y"}
_NO = {"false", "no", "0", "n", "none"}
_PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def looks_personal(name: str, tags: Mapping[str, str]) -> bool:
    """Whether the name has a word that personal data usually has, or a tag says so."""
    words = [word.lower() for word in _PIECES.findall(name)]
    if any(_WORDS.match(word) for word in words) or ("name" in words and (_NAMED & set(words) or words == ["name"])):
        return True
    return any(claimed_class(key, value) for key, value in tags.items())


def claimed_class(key: str, value: str) -> str:
    """The class that a tag claims, whoever wrote it: a personal class of ours, PERSONAL where it does not say which, or
    "" where it claims nothing. `pii`, `PII=true`, `classification=direct_identifier`; `pii=email` says so as well."""
    key, value = _plain(key), _plain(value)
    if key in _ABOUT_CLASS and value in _CLASSES - {"none"}:
        return value
    says_so = key in _ABOUT_PEOPLE and value in _YES | {"", key}
    is_named = key == "pii" and value not in _NO
    return PERSONAL if says_so or is_named or value in _MEANS_PEOPLE else ""


def _plain(text: str) -> str:
    return text.strip().lower().replace("_", "-").replace(" ", "-")


def class_from_tags(tags: Mapping[str, str]) -> str:
    """The class that tags of the store state in our words, else unclassified."""
    for key in ("privacy_class", "pii_class", "classification", "pii"):
        value = _plain(tags.get(key, ""))
        if value in _CLASSES:
            return value
    return PrivacyClass.UNCLASSIFIED
