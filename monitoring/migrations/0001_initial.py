"""The tables of measurements, partitioned by month, with a default partition so that no time is ever refused."""

from django.db import migrations

VIEWS = """
CREATE SEQUENCE monitoring_viewmeasurement_id;
CREATE TABLE monitoring_viewmeasurement (
  id bigint NOT NULL DEFAULT nextval('monitoring_viewmeasurement_id'),
  measured_at timestamptz NOT NULL,
  view_id bigint NOT NULL,
  origin varchar(8) NOT NULL,
  newest_event_at timestamptz,
  rows bigint,
  entities bigint,
  sample_size bigint,
  window_from timestamptz,
  window_until timestamptz,
  query text NOT NULL DEFAULT '',
  warnings text[] NOT NULL DEFAULT '{}',
  pull_id bigint,
  PRIMARY KEY (measured_at, id)
) PARTITION BY RANGE (measured_at);
CREATE TABLE monitoring_viewmeasurement_rest PARTITION OF monitoring_viewmeasurement DEFAULT;
CREATE INDEX viewmeasurement_by_view ON monitoring_viewmeasurement (view_id, measured_at DESC);
"""

FEATURES = """
CREATE SEQUENCE monitoring_featuremeasurement_id;
CREATE TABLE monitoring_featuremeasurement (
  id bigint NOT NULL DEFAULT nextval('monitoring_featuremeasurement_id'),
  measured_at timestamptz NOT NULL,
  view_id bigint NOT NULL,
  feature_id bigint NOT NULL,
  origin varchar(8) NOT NULL,
  rows bigint,
  nulls bigint,
  present bigint,
  null_rate double precision,
  null_rate_error double precision,
  sample_size bigint,
  "distinct" bigint,
  is_distinct_approximate boolean NOT NULL DEFAULT false,
  minimum double precision,
  maximum double precision,
  mean double precision,
  stddev double precision,
  length_minimum integer,
  length_maximum integer,
  quantiles jsonb NOT NULL DEFAULT '{}',
  histogram jsonb NOT NULL DEFAULT '[]',
  window_from timestamptz,
  window_until timestamptz,
  pull_id bigint,
  PRIMARY KEY (measured_at, id)
) PARTITION BY RANGE (measured_at);
CREATE TABLE monitoring_featuremeasurement_rest PARTITION OF monitoring_featuremeasurement DEFAULT;
CREATE INDEX featuremeasurement_by_feature ON monitoring_featuremeasurement (feature_id, measured_at DESC);
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("registry", "0001_initial")]
    operations = [
        migrations.RunSQL(VIEWS, "DROP TABLE monitoring_viewmeasurement; DROP SEQUENCE monitoring_viewmeasurement_id"),
        migrations.RunSQL(FEATURES, "DROP TABLE monitoring_featuremeasurement; DROP SEQUENCE monitoring_featuremeasurement_id"),
    ]
