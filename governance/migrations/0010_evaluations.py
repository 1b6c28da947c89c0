"""The log of decisions for machines: by month, with a default partition so that no time is ever refused. What was
decided is never changed; only a whole month is ever dropped."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# In one line: what checks migrations reads a line as a statement.
TABLE = (
    "CREATE TABLE governance_evaluation ( "
    "id uuid NOT NULL, "
    "at timestamptz NOT NULL, "
    "asker_id bigint NOT NULL, "
    "token varchar(40) NOT NULL, "
    "request_id varchar(64) NOT NULL, "
    "door varchar(10) NOT NULL, "
    "subject text NOT NULL, "
    "user_id bigint, "
    "consumer_id bigint, "
    "action text NOT NULL, "
    "resource_type text NOT NULL, "
    "resource text NOT NULL, "
    "version_id bigint, "
    "purpose text NOT NULL, "
    "environment text NOT NULL, "
    "decision boolean NOT NULL, "
    "reason_code varchar(40) NOT NULL, "
    "grant_id bigint, "
    "is_personal boolean NOT NULL, "
    "may_be_asked_for boolean NOT NULL, "
    "PRIMARY KEY (at, id) "
    ") PARTITION BY RANGE (at)"
)
KEEP = """\
CREATE FUNCTION governance_evaluation_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Months move out of the default partition: nothing else takes a row away.
  IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'governance_evaluation_rest' THEN RETURN OLD; END IF;
  RAISE EXCEPTION 'What was decided is never changed';
END $$"""
TRIGGER = """\
CREATE TRIGGER evaluation_is_kept BEFORE UPDATE OR DELETE ON governance_evaluation
  FOR EACH ROW EXECUTE FUNCTION governance_evaluation_is_kept()"""
LOG = [
    TABLE,
    "CREATE TABLE governance_evaluation_rest PARTITION OF governance_evaluation DEFAULT",
    "CREATE INDEX evaluation_by_version ON governance_evaluation (version_id, at DESC)",
    "CREATE INDEX evaluation_by_subject ON governance_evaluation (left(subject, 200), at DESC)",
    KEEP,
    TRIGGER,
]
UNDO = ["DROP TABLE governance_evaluation", "DROP FUNCTION governance_evaluation_is_kept"]


def far(to):
    return models.ForeignKey(
        db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+",
        to=to,
    )


class Migration(migrations.Migration):
    dependencies = [("governance", "0005_usual_policies"), ("registry", "0015_upstream_tables")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(LOG, UNDO)],
            state_operations=[
                migrations.CreateModel(
                    name="Evaluation",
                    fields=[
                        ("pk", models.CompositePrimaryKey("at", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                        ("id", models.UUIDField(help_text="Begins with the millisecond, so that it is found without an index of its own")),
                        ("at", models.DateTimeField()),
                        ("asker", models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to=settings.AUTH_USER_MODEL)),
                        ("token", models.CharField(blank=True, help_text="Id of the token used; empty for a session", max_length=40)),
                        ("request_id", models.CharField(blank=True, max_length=64)),
                        ("door", models.CharField(help_text="evaluation or search", max_length=10)),
                        ("subject", models.TextField(help_text="type:id, as it was asked")),
                        ("user", far(settings.AUTH_USER_MODEL)),
                        ("consumer", far("registry.consumer")),
                        ("action", models.TextField()),
                        ("resource_type", models.TextField()),
                        ("resource", models.TextField(help_text="As it was asked")),
                        ("version", models.ForeignKey(db_constraint=False, db_index=False, help_text="That it hung on", null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="registry.version")),
                        ("purpose", models.TextField(blank=True)),
                        ("environment", models.TextField(blank=True)),
                        ("decision", models.BooleanField()),
                        ("reason_code", models.CharField(max_length=40)),
                        ("grant", far("governance.grant")),
                        ("is_personal", models.BooleanField(help_text="Those are all here; of the others some")),
                        ("may_be_asked_for", models.BooleanField()),
                    ],
                    options={"db_table": "governance_evaluation", "ordering": ["-at", "-id"]},
                ),
            ],
        ),
    ]
