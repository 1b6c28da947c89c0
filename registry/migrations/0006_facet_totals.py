"""Totals of each facet, so that a page before any choice adds up some hundred rows; and lists by use."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0005_facet_owners")]

    operations = [
        # Derived from features, like the other counts: the next pull makes the new ones.
        migrations.DeleteModel(name="TagCount"),
        migrations.CreateModel(
            name="FacetTotal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("facet", models.CharField(max_length=8)),
                ("value", models.CharField(blank=True, max_length=520)),
                ("features", models.PositiveIntegerField()),
                (
                    "drafted_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="registry.team"
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="registry.project"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "facet", "value", "drafted_by"),
                        name="one_total_per_value",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="feature",
            index=models.Index(fields=["-models_count", "id"], name="feature_by_use"),
        ),
    ]
