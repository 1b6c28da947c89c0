"""Events as they came, partitioned by month, with a default partition so that no time is ever refused."""

from django.db import migrations

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
        migrations.RunSQL(EVENTS, "DROP TABLE lineage_event; DROP SEQUENCE lineage_event_id"),
    ]
