"""Guessed classes, measured on names and values that others wrote."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import NAMESPACE_DNS, uuid5

import pytest

from connectors.kinds import kind_of_values
from connectors.records import Sampled
from registry.guesses import guess
from registry.personal import looks_personal

LABELLED = Path(__file__).parents[1] / "data" / "column_classes.csv"


def counted(sample: str) -> tuple[float, float, float]:
    """Precision and recall of "is personal", and how often the class is right where both say so."""
    with LABELLED.open() as file:
        rows = [row for row in csv.DictReader(file) if row["sample"] == sample]
    guesses = [(guess(row["name"]), row["class"]) for row in rows]
    both = [(found, said) for found, said in guesses if found and said]
    precision = len(both) / sum(found is not None for found, _ in guesses)
    recall = len(both) / sum(said != "" for _, said in guesses)
    return precision, recall, sum(found.privacy_class == said for found, said in both) / len(both)


@pytest.mark.parametrize(("sample", "least"), [("held-out", (0.95, 0.75, 1.0)), ("looked-at", (0.94, 0.94, 1.0))])
def test_names_of_three_public_dictionaries(sample: str, least: tuple[float, float, float]) -> None:
    assert all(found >= wanted for found, wanted in zip(counted(sample), least, strict=True))


@pytest.mark.parametrize(
    ("name", "privacy_class"),
    [
        ("homePostcode", "quasi-identifier"), ("customer_email", "direct-identifier"), ("user_id", "pseudonymous"),
        ("diagnosis", "special-category"), ("client_ip", "pseudonymous"), ("phone_2", "direct-identifier"),
    ],
)  # fmt: skip
def test_names_that_say_it(name: str, privacy_class: str) -> None:
    found = guess(name)
    assert found is not None
    assert found.privacy_class == privacy_class


@pytest.mark.parametrize(
    "name",
    [
        "page_name", "store_address", "count_customer_emails", "email_invalid", "avg_age", "amount_7d", "cache_age",
        "shipping_address_country", "ip_domain", "airport_latitude", "message_age",
    ],
)  # fmt: skip
def test_names_about_something_else(name: str) -> None:
    assert guess(name) is None


def test_a_description_says_it_where_the_name_does_not() -> None:
    found = guess("attr_17", "Date of birth of the member, ISO 8601")
    assert found is not None
    assert found.privacy_class == "quasi-identifier"
    assert guess("attr_17", "Share of members whose e-mail bounced in the last 30 days") is None


def columns(folder: Path) -> Iterator[tuple[str, str, list[str]]]:
    """Each column of the tables: the kind that DataHub labelled it with, its name, its values."""
    with (folder / "pii" / "labels.csv").open() as file:
        labels = list(csv.DictReader(file))
    for label in labels:
        with (folder / "pii" / f"{label['dataset']}.csv").open(encoding="utf-8", errors="replace") as file:
            values = [row[label["column"]] or "" for row in csv.DictReader(file)]
        yield label["datahub_infotype_or_empty"], label["column"], values


KINDS = {
    "US_Social_Security_Number": "national-id", "Phone_Number": "phone", "Email_Address": "email", "IBAN": "iban",
    "IP_Address_v6": "ip-address",
}  # fmt: skip


def test_values_are_of_the_kind_they_are_labelled(real_inputs: Path) -> None:
    """None of 65 columns is taken for something that it is not; what has a check digit or a form is found."""
    for label, name, values in columns(real_inputs):
        found = kind_of_values(values)
        if label in KINDS:
            assert found is not None, name
            assert found.kind == KINDS[label], name
        elif label != "Credit_Debit_Card_Number":  # random digits: most fail their check digit
            assert found is None or found.kind == "", name


def test_few_values_say_nothing() -> None:
    addresses = [f"a{number}@example.org" for number in range(20)]
    assert kind_of_values(addresses[:19]) is None
    assert kind_of_values(addresses) == Sampled("email", 20, 20)
    assert kind_of_values([*addresses[:19]] * 10) is None  # the same ones again
    assert kind_of_values(["4111111111111111"] * 1_000) is None  # a default


@pytest.mark.parametrize(
    "values",
    [
        range(1_000), range(123_456_000, 123_456_200), range(999_999_700_000, 1_000_000_000_000, 1_234),
        [f"2013-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 29)],
        [f"2013{month:02}{day:02}0500" for month in range(1, 13) for day in range(1, 29)],
        [uuid5(NAMESPACE_DNS, str(number)) for number in range(200)],
        [f"AR-{number}" for number in range(100_000, 100_200)], [f"{number}.0.1" for number in range(200)],
    ],
)  # fmt: skip
def test_ids_and_days_are_no_personal_numbers(values: Iterable[object]) -> None:
    """Nine digits would do for a social security number, were they not asked to be written as one."""
    found = kind_of_values(values)
    assert found is not None
    assert found.kind == ""


def test_hostile_values_cost_little() -> None:
    found = kind_of_values([f"{'@' * 10_000}{number}" for number in range(50)])
    assert found is None  # cut to the same beginning
    hostile = [f"{number}{text}" for number in range(40) for text in ("@" * 300, "+" * 300, "1-" * 150, "\0", "\ud800")]
    assert kind_of_values(hostile) == Sampled("", 0, 200)


def test_name_and_values_together_are_surest() -> None:
    mails = Sampled("email", 97, 100)
    alone, both = guess("contact", sampled=mails), guess("email", sampled=mails)
    assert alone is not None
    assert both is not None
    assert (alone.privacy_class, alone.confidence) == ("direct-identifier", 0.95)
    assert both.confidence > alone.confidence
    assert both.reason == "97 of 100 sampled values are valid mail addresses. Its name says “email”."


@pytest.mark.parametrize("name", ["email", "home_postcode", "birth_date", "full_name", "gender", "passport"])
def test_what_is_guessed_is_hidden_too(name: str) -> None:
    assert looks_personal(name, {})
