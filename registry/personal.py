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
_YES = {"true", "yes", "1", "y"}
_PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def looks_personal(name: str, tags: Mapping[str, str]) -> bool:
    """Whether the name has a word that personal data usually has, or a tag says so."""
    words = [word.lower() for word in _PIECES.findall(name)]
    if any(_WORDS.match(word) for word in words) or ("name" in words and (_NAMED & set(words) or words == ["name"])):
        return True
    return any(
        key.lower() in {"pii", "personal", "gdpr", "sensitive"}
        and value.lower() in _YES | {""}
        or value.lower() in {"pii", "personal", "sensitive"}
        for key, value in tags.items()
    )


def class_from_tags(tags: Mapping[str, str]) -> str:
    """The class that tags of the store state in our words, else unclassified."""
    for key in ("privacy_class", "pii_class", "classification", "pii"):
        value = tags.get(key, "").lower().replace("_", "-").replace(" ", "-")
        if value in _CLASSES:
            return value
    return PrivacyClass.UNCLASSIFIED
