"""Drop the second index on a feature's key.

Django adds one for patterns to every unique text. Nobody looks for keys by a pattern that it could answer, and each
imported feature pays for it.
"""

from django.db import migrations

DROP = "DROP INDEX CONCURRENTLY IF EXISTS registry_feature_key_56ed9a21_like"
CREATE = "CREATE INDEX CONCURRENTLY registry_feature_key_56ed9a21_like ON registry_feature (key varchar_pattern_ops)"


class Migration(migrations.Migration):
    atomic = False  # so that nobody waits meanwhile
    dependencies = [("registry", "0003_kept_answers")]
    operations = [migrations.RunSQL(DROP, CREATE)]
