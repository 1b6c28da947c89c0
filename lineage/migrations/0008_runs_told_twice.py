"""Whose run it is in dbt's own words, with defaults of the database: the running release knows neither column."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lineage', '0007_table_changes'),
    ]

    operations = [
        migrations.AddField(
            model_name='run',
            name='invocation',
            field=models.TextField(blank=True, db_default='', help_text='What dbt calls its call: pushed and pulled, a run of it has two ids'),
        ),
        migrations.AddField(
            model_name='run',
            name='is_pulled',
            field=models.BooleanField(db_default=False, help_text='The tool was asked'),
        ),
    ]
