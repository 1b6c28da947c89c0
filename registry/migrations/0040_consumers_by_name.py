"""Consumers are looked up by name for every decision: the unique index has the project before the name."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("registry", "0015_upstream_tables")]
    operations = [
        AddIndexConcurrently("consumer", models.Index(fields=["name", "kind"], name="consumer_by_name")),
    ]
