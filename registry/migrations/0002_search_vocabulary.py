"""Search learns definitions, and each word of the vocabulary is kept once instead of once a project."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

from registry import search_functions


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]

    operations = [
        search_functions.add_definition,
        migrations.AddField(
            model_name="feature",
            name="definition",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        # What a generated column is made of cannot be altered: it is made anew.
        migrations.RemoveIndex(model_name="feature", name="feature_search"),
        migrations.RemoveField(model_name="feature", name="search"),
        migrations.AddField(
            model_name="feature",
            name="search",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    models.F("name"),
                    models.F("description"),
                    models.F("keywords"),
                    models.F("context"),
                    models.F("definition"),
                    arity=5,
                    function="charter_search",
                ),
                output_field=django.contrib.postgres.search.SearchVectorField(),
            ),
        ),
        migrations.AddIndex(
            model_name="feature",
            index=django.contrib.postgres.indexes.GinIndex(fields=["search"], name="feature_search"),
        ),
        search_functions.drop_first,
        # Derived from names: the next pull, or `refresh_words`, fills it again.
        migrations.DeleteModel(name="Word"),
        migrations.CreateModel(
            name="Word",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.CharField(max_length=80, unique=True)),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["word"], name="word_trigrams", opclasses=["gin_trgm_ops"]
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="WordUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("features", models.PositiveIntegerField()),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="registry.project"
                    ),
                ),
                (
                    "word",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="uses", to="registry.word"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("word", "project"), name="one_use_per_word")],
            },
        ),
        migrations.CreateModel(
            name="TagCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("tag", models.CharField(max_length=520)),
                ("features", models.PositiveIntegerField()),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="registry.project"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("project", "tag"), name="one_count_per_tag")],
            },
        ),
    ]
