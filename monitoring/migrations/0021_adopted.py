"""Checks that others ran, and who told a measurement. The columns have constants as defaults: no table is rewritten."""

import django.db.models.deletion
from django.db import migrations, models

TOLD = """
ALTER TABLE {table} ADD COLUMN told_by varchar(60) NOT NULL DEFAULT '', ADD COLUMN told_in varchar(200) NOT NULL DEFAULT ''
"""
UNTOLD = "ALTER TABLE {table} DROP COLUMN told_by, DROP COLUMN told_in"
TABLES = ("monitoring_viewmeasurement", "monitoring_featuremeasurement")


class Migration(migrations.Migration):

    dependencies = [
        ('monitoring', '0020_incidents'),
        ('registry', '0040_consumers_by_name'),
    ]

    operations = [
        *(migrations.RunSQL(TOLD.format(table=table), UNTOLD.format(table=table)) for table in TABLES),
        migrations.CreateModel(
            name='Reported',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by', models.CharField(help_text='Who ran it', max_length=60)),
                ('check_name', models.CharField(max_length=200)),
                ('state', models.CharField(choices=[('ok', 'OK'), ('warn', 'At risk'), ('crit', 'Breached'), ('unknown', 'Unknown')], max_length=8)),
                ('value', models.FloatField(null=True)),
                ('limit', models.FloatField(null=True)),
                ('detail', models.CharField(blank=True, max_length=160)),
                ('at', models.DateTimeField(help_text='When it was run, not after it was told')),
                ('run', models.CharField(blank=True, max_length=200)),
                ('url', models.CharField(blank=True, help_text='Of the job that ran it', max_length=200)),
                ('feature', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='reported', to='registry.feature')),
                ('view', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reported', to='registry.featureview')),
            ],
            options={
                'indexes': [models.Index(fields=['at'], name='reported_by_time')],
                'constraints': [models.UniqueConstraint(fields=('view', 'feature', 'by', 'check_name'), name='one_report_of_a_check', nulls_distinct=False)],
            },
        ),
    ]
