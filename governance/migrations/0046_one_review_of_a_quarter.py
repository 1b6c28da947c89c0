"""One review for each quarter. The index is built beside the running release, which starts none by itself."""

from django.db import migrations, models

CREATE = (
    "CREATE UNIQUE INDEX CONCURRENTLY one_review_of_a_quarter ON governance_recertification (quarter) "
    "WHERE NOT (quarter = '')"
)
DROP = "DROP INDEX CONCURRENTLY IF EXISTS one_review_of_a_quarter"


class Migration(migrations.Migration):
    atomic = False  # so that nobody waits meanwhile
    dependencies = [("governance", "0045_openings")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(CREATE, DROP)],
            state_operations=[
                migrations.AddConstraint(
                    model_name='recertification',
                    constraint=models.UniqueConstraint(condition=models.Q(('quarter', ''), _negated=True), fields=('quarter',), name='one_review_of_a_quarter'),
                ),
            ],
        )
    ]
