"""Figures of stores and of serving, partitioned by month as measurements are; and the limits of serving."""

import django.db.models.deletion
from django.db import migrations, models

FIGURES = """
CREATE SEQUENCE monitoring_storefigure_id;
CREATE TABLE monitoring_storefigure (
  id bigint NOT NULL DEFAULT nextval('monitoring_storefigure_id'),
  measured_at timestamptz NOT NULL,
  connection_id bigint NOT NULL,
  view_id bigint,
  name varchar(40) NOT NULL,
  value double precision NOT NULL,
  query text NOT NULL DEFAULT '',
  pull_id bigint,
  PRIMARY KEY (measured_at, id)
) PARTITION BY RANGE (measured_at);
CREATE TABLE monitoring_storefigure_rest PARTITION OF monitoring_storefigure DEFAULT;
CREATE INDEX storefigure_by_connection ON monitoring_storefigure (connection_id, measured_at DESC);
CREATE INDEX storefigure_by_view ON monitoring_storefigure (view_id, measured_at DESC) WHERE view_id IS NOT NULL;
"""
# Null for measurements before this one: nobody asked.
BYTES = "ALTER TABLE monitoring_viewmeasurement ADD COLUMN stored_bytes bigint"


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0022_parity"), ("registry", "0030_incidents")]
    operations = [
        migrations.RunSQL(FIGURES, "DROP TABLE monitoring_storefigure; DROP SEQUENCE monitoring_storefigure_id"),
        migrations.RunSQL(BYTES, "ALTER TABLE monitoring_viewmeasurement DROP COLUMN stored_bytes"),
        migrations.CreateModel(
            name="StoreFigure",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "measured_at", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.BigIntegerField()),
                ("measured_at", models.DateTimeField()),
                ("name", models.CharField(help_text="See monitoring/serving.py", max_length=40)),
                ("value", models.FloatField()),
                ("query", models.TextField(blank=True, help_text="What was asked")),
            ],
            options={
                "db_table": "monitoring_storefigure",
                "ordering": ["-measured_at", "-id"],
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="ServingLimits",
            fields=[
                (
                    "connection",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="serving_limits",
                        serialize=False,
                        to="registry.connection",
                    ),
                ),
                (
                    "latency_p99",
                    models.FloatField(
                        blank=True, help_text="Seconds that 99 of 100 requests take at most", null=True
                    ),
                ),
                ("error_rate", models.FloatField(blank=True, help_text="Share of requests that may fail", null=True)),
                (
                    "hit_rate",
                    models.FloatField(
                        blank=True, help_text="Share of values that must be found, of each view", null=True
                    ),
                ),
                (
                    "served_bytes",
                    models.BigIntegerField(
                        blank=True, help_text="What all views may take online, together", null=True
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("latency_p99__isnull", True), ("latency_p99__gt", 0), _connector="OR"),
                            models.Q(
                                ("error_rate__isnull", True),
                                models.Q(("error_rate__gte", 0), ("error_rate__lte", 1)),
                                _connector="OR",
                            ),
                            models.Q(
                                ("hit_rate__isnull", True),
                                models.Q(("hit_rate__gte", 0), ("hit_rate__lte", 1)),
                                _connector="OR",
                            ),
                            models.Q(("served_bytes__isnull", True), ("served_bytes__gt", 0), _connector="OR"),
                        ),
                        name="serving_limits_make_sense",
                    )
                ]
            },
        ),
    ]
