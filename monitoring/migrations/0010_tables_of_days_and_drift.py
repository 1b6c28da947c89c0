"""The tables of days and of drift, partitioned by month as measurements are."""

from django.db import migrations

DAYS = """
CREATE TABLE monitoring_viewday (
  day date NOT NULL,
  view_id bigint NOT NULL,
  rows bigint NOT NULL,
  is_snapshot boolean NOT NULL DEFAULT false,
  PRIMARY KEY (day, view_id)
) PARTITION BY RANGE (day);
CREATE TABLE monitoring_viewday_rest PARTITION OF monitoring_viewday DEFAULT;
CREATE INDEX viewday_by_view ON monitoring_viewday (view_id, day DESC);
CREATE TABLE monitoring_featureday (
  day date NOT NULL,
  feature_id bigint NOT NULL,
  view_id bigint NOT NULL,
  nulls bigint NOT NULL,
  counts bigint[] NOT NULL,
  PRIMARY KEY (day, feature_id)
) PARTITION BY RANGE (day);
CREATE TABLE monitoring_featureday_rest PARTITION OF monitoring_featureday DEFAULT;
CREATE INDEX featureday_by_feature ON monitoring_featureday (feature_id, day DESC);
"""
DRIFT = """
CREATE SEQUENCE monitoring_driftmeasurement_id;
CREATE TABLE monitoring_driftmeasurement (
  id bigint NOT NULL DEFAULT nextval('monitoring_driftmeasurement_id'),
  measured_at timestamptz NOT NULL,
  view_id bigint NOT NULL,
  feature_id bigint NOT NULL,
  against varchar(10) NOT NULL,
  method varchar(8) NOT NULL,
  value double precision NOT NULL,
  p double precision NOT NULL,
  q double precision NOT NULL,
  warn double precision NOT NULL,
  fail double precision NOT NULL,
  state varchar(8) NOT NULL,
  reason varchar(300) NOT NULL DEFAULT '',
  rows bigint NOT NULL,
  rows_before bigint NOT NULL,
  first date NOT NULL,
  last date NOT NULL,
  before_first date NOT NULL,
  before_last date NOT NULL,
  PRIMARY KEY (measured_at, id)
) PARTITION BY RANGE (measured_at);
CREATE TABLE monitoring_driftmeasurement_rest PARTITION OF monitoring_driftmeasurement DEFAULT;
CREATE INDEX driftmeasurement_by_feature ON monitoring_driftmeasurement (feature_id, measured_at DESC);
"""
# A constant default rewrites no partition, and the release before this one may go on writing without it.
TYPES = "ALTER TABLE monitoring_featuremeasurement ADD COLUMN type_name text NOT NULL DEFAULT ''"


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0002_models"), ("registry", "0019_drift")]
    operations = [
        migrations.RunSQL(DAYS, "DROP TABLE monitoring_viewday; DROP TABLE monitoring_featureday"),
        migrations.RunSQL(DRIFT, "DROP TABLE monitoring_driftmeasurement; DROP SEQUENCE monitoring_driftmeasurement_id"),
        migrations.RunSQL(TYPES, "ALTER TABLE monitoring_featuremeasurement DROP COLUMN type_name"),
    ]
