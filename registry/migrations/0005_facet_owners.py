"""Facet counts point to the team itself, so that they are asked in the same words as features."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0004_indexes_that_repeat")]

    operations = [
        # Derived from features: the next pull counts again.
        migrations.RunSQL("DELETE FROM registry_facetcount", migrations.RunSQL.noop),
        migrations.RemoveIndex(model_name="facetcount", name="facets_by_project"),
        migrations.RemoveField(model_name="facetcount", name="owner"),
        migrations.AddField(
            model_name="facetcount",
            name="owner",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="registry.team"
            ),
        ),
    ]
