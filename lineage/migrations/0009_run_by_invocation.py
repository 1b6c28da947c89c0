"""Built beside the running release, which adds runs meanwhile."""

from django.db import migrations, models

CREATE = (
    "CREATE INDEX CONCURRENTLY run_by_invocation ON lineage_run (job_id, invocation) "
    "WHERE NOT is_pulled AND NOT (invocation = '')"
)
DROP = "DROP INDEX CONCURRENTLY IF EXISTS run_by_invocation"


class Migration(migrations.Migration):
    atomic = False  # so that nobody waits meanwhile
    dependencies = [("lineage", "0008_runs_told_twice")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(CREATE, DROP)],
            state_operations=[
                migrations.AddIndex(
                    model_name='run',
                    index=models.Index(condition=models.Q(('is_pulled', False), models.Q(('invocation', ''), _negated=True)), fields=['job', 'invocation'], name='run_by_invocation'),
                ),
            ],
        )
    ]
