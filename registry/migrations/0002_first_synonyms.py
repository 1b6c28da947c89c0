"""The synonyms that every installation starts with. People add, change and remove them afterwards."""

from django.db import migrations

FIRST = {
    "acct": "account", "addr": "address", "amt": "amount", "auth": "authentication", "average": "mean", "avg": "mean",
    "bal": "balance", "cnt": "count", "conv": "conversion", "ctry": "country", "curr": "current", "cust": "customer",
    "desc": "description", "dest": "destination", "dist": "distance", "dob": "birthdate", "dow": "weekday",
    "dt": "date", "dur": "duration", "emb": "embedding", "freq": "frequency", "hr": "hour", "id": "identifier",
    "lat": "latitude", "lng": "longitude", "loc": "location", "lon": "longitude", "ltv": "lifetime value",
    "max": "maximum", "merch": "merchant", "min": "minimum", "mth": "month", "nbr": "number", "num": "number",
    "org": "organisation", "organization": "organisation", "pct": "percent", "percentage": "percent",
    "phone": "telephone", "pmt": "payment", "postal": "postcode", "prev": "previous", "prob": "probability",
    "pwd": "password", "qty": "quantity", "ref": "reference", "std": "standard deviation",
    "stddev": "standard deviation", "tel": "telephone", "trx": "transaction", "ts": "timestamp", "tx": "transaction",
    "txn": "transaction", "usr": "user", "val": "value", "vec": "vector", "wk": "week", "yr": "year",
    "zip": "postcode", "zipcode": "postcode",
}  # fmt: skip


def add(apps, schema_editor):
    Synonym = apps.get_model("registry", "Synonym")
    Synonym.objects.bulk_create(
        [Synonym(word=word, means=means) for word, means in FIRST.items()], ignore_conflicts=True
    )


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
