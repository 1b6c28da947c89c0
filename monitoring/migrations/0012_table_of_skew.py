"""The table of skew, partitioned by month as measurements are."""

from django.db import migrations

SKEW = """
CREATE SEQUENCE monitoring_skewmeasurement_id;
CREATE TABLE monitoring_skewmeasurement (
  id bigint NOT NULL DEFAULT nextval('monitoring_skewmeasurement_id'),
  measured_at timestamptz NOT NULL,
  view_id bigint NOT NULL,
  feature_id bigint NOT NULL,
  sampled integer NOT NULL,
  found integer NOT NULL,
  behind interval,
  compared integer NOT NULL,
  differing integer NOT NULL,
  absent_online integer NOT NULL,
  absent_offline integer NOT NULL,
  examples varchar(16)[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (measured_at, id)
) PARTITION BY RANGE (measured_at);
CREATE TABLE monitoring_skewmeasurement_rest PARTITION OF monitoring_skewmeasurement DEFAULT;
CREATE INDEX skewmeasurement_by_feature ON monitoring_skewmeasurement (feature_id, measured_at DESC);
CREATE INDEX skewmeasurement_by_view ON monitoring_skewmeasurement (view_id, measured_at DESC);
"""


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0011_models_of_days_and_drift")]
    operations = [
        migrations.RunSQL(SKEW, "DROP TABLE monitoring_skewmeasurement; DROP SEQUENCE monitoring_skewmeasurement_id"),
    ]
