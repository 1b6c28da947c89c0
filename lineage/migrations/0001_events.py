"""Events as they came, partitioned by month, with a default partition so that no time is ever refused."""

import django.contrib.postgres.fields
from django.db import migrations, models

EVENTS = """
CREATE SEQUENCE lineage_event_id;
CREATE TABLE lineage_event (
  id bigint NOT NULL DEFAULT nextval('lineage_event_id'),
  event_at timestamptz NOT NULL,
  digest bytea NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  kind varchar(7) NOT NULL,
  event_type varchar(8) NOT NULL,
  namespace text NOT NULL,
  name text NOT NULL,
  run text NOT NULL,
  producer text NOT NULL,
  size integer NOT NULL,
  state varchar(7) NOT NULL DEFAULT 'waiting',
  warnings text[] NOT NULL DEFAULT '{}',
  sender text NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (event_at, digest)
) PARTITION BY RANGE (event_at);
CREATE TABLE lineage_event_rest PARTITION OF lineage_event DEFAULT;
CREATE INDEX event_waiting ON lineage_event (id) WHERE state = 'waiting';
CREATE INDEX event_by_name ON lineage_event (left(namespace, 200), left(name, 200), event_at DESC);
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(EVENTS, "DROP TABLE lineage_event; DROP SEQUENCE lineage_event_id"),
            ],
            state_operations=[
                migrations.CreateModel(
                    name='Event',
                    fields=[
                        ('pk', models.CompositePrimaryKey('event_at', 'digest', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('event_at', models.DateTimeField()),
                        ('digest', models.BinaryField(help_text='SHA-256 of the body: sent twice, it is kept once')),
                        ('id', models.BigIntegerField(help_text='In order of arrival')),
                        ('received_at', models.DateTimeField()),
                        ('kind', models.CharField(max_length=7)),
                        ('event_type', models.CharField(max_length=8)),
                        ('namespace', models.TextField()),
                        ('name', models.TextField()),
                        ('run', models.TextField()),
                        ('producer', models.TextField()),
                        ('size', models.IntegerField()),
                        ('state', models.CharField(choices=[('waiting', 'Waiting'), ('kept', 'Kept'), ('failed', 'Failed')], max_length=7)),
                        ('warnings', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                        ('sender', models.TextField(help_text='Name of the token, or of the connection that read it')),
                        ('body', models.TextField()),
                    ],
                    options={
                        'db_table': 'lineage_event',
                        'ordering': ['-event_at', '-id'],
                    },
                ),
            ],
        ),
    ]
