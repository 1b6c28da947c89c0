"""Whom a restricted project belongs to is asked in every query: an index that answers alone."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0006_facet_totals")]

    operations = [
        migrations.AddIndex(
            model_name="featureview",
            index=models.Index(fields=["owner", "project"], name="view_by_owner"),
        ),
        migrations.AlterField(
            model_name="featureview",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="views",
                to="registry.team",
            ),
        ),
    ]
