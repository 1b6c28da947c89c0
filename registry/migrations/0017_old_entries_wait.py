"""Entries from before there were seals wait for theirs too.

Apart from the migration before, whose trigger already sends every new entry here: nobody waits while this copies, and
a worker seals what it copied in batches.
"""

from django.db import migrations

WAIT = "INSERT INTO registry_waitingentry (entry_id) SELECT id FROM registry_auditentry ON CONFLICT DO NOTHING"


class Migration(migrations.Migration):
    dependencies = [("registry", "0016_audit_chain")]
    operations = [migrations.RunSQL(WAIT, migrations.RunSQL.noop)]
