"""Consumers are looked up by name for every decision: the unique index has the project before the name."""

from django.db import migrations, models

CREATE = "CREATE INDEX CONCURRENTLY consumer_by_name ON registry_consumer (name, kind)"
DROP = "DROP INDEX CONCURRENTLY IF EXISTS consumer_by_name"


class Migration(migrations.Migration):
    atomic = False  # so that nobody waits meanwhile
    dependencies = [("registry", "0030_incidents")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(CREATE, DROP)],
            state_operations=[
                migrations.AddIndex("consumer", models.Index(fields=["name", "kind"], name="consumer_by_name")),
            ],
        )
    ]
