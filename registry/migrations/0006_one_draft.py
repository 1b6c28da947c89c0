"""One draft at a time. The index is built beside the running release, which makes no drafts."""

from django.db import migrations, models

CREATE = (
    "CREATE UNIQUE INDEX CONCURRENTLY one_draft_per_feature ON registry_version (feature_id) WHERE state = 'draft'"
)
DROP = "DROP INDEX CONCURRENTLY IF EXISTS one_draft_per_feature"


class Migration(migrations.Migration):
    atomic = False  # so that nobody waits meanwhile
    dependencies = [("registry", "0005_version_links")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(CREATE, DROP)],
            state_operations=[
                migrations.AddConstraint(
                    model_name='version',
                    constraint=models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('feature',), name='one_draft_per_feature'),
                ),
            ],
        )
    ]
