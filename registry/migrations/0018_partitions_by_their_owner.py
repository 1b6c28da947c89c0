"""Partitions are made and dropped by functions of the tables' owner, so that the role that serves needs not own them.

They touch nothing but partitions by month of tables that are partitioned: the audit log is none. Nothing that a caller
makes is in their search path.
"""

from django.db import migrations

MAKE = """
DO $outer$ BEGIN EXECUTE format($make$
CREATE OR REPLACE FUNCTION charter_make_partition(parent text, moment text, month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = %1$I, pg_temp AS $body$
DECLARE
    until date := month + interval '1 month';
    made text := parent || '_' || to_char(month, 'YYYYMM');
BEGIN
    IF NOT EXISTS (SELECT FROM pg_class WHERE oid = to_regclass(quote_ident(parent)) AND relkind = 'p') THEN
        RAISE EXCEPTION '%% has no partitions', parent;
    END IF;
    EXECUTE format('CREATE TABLE %%I (LIKE %%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', made, parent);
    -- Rows of that month that waited in the default partition move over first.
    EXECUTE format('WITH moved AS (DELETE FROM %%I WHERE %%I >= %%L AND %%I < %%L RETURNING *) '
                   'INSERT INTO %%I SELECT * FROM moved',
                   parent || '_rest', moment, month, moment, until, made);
    EXECUTE format('ALTER TABLE %%I ATTACH PARTITION %%I FOR VALUES FROM (%%L) TO (%%L)', parent, made, month, until);
END $body$ $make$, current_schema()); END $outer$
"""
DROP = """
DO $outer$ BEGIN EXECUTE format($make$
CREATE OR REPLACE FUNCTION charter_drop_partition(parent text, partition text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = %1$I, pg_temp AS $body$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_inherits JOIN pg_class held ON held.oid = inhparent
        WHERE inhrelid = to_regclass(quote_ident(partition)) AND inhparent = to_regclass(quote_ident(parent))
            AND held.relkind = 'p' AND partition ~ ('^' || parent || '_[0-9]{6}$')
    ) THEN
        RAISE EXCEPTION '%% is no month of %%', partition, parent;
    END IF;
    EXECUTE format('DROP TABLE %%I', partition);
END $body$ $make$, current_schema()); END $outer$
"""
CLOSE = """
REVOKE EXECUTE ON FUNCTION charter_make_partition(text, text, date), charter_drop_partition(text, text) FROM PUBLIC
"""
UNDO = "DROP FUNCTION charter_make_partition(text, text, date), charter_drop_partition(text, text)"


class Migration(migrations.Migration):
    dependencies = [("registry", "0017_old_entries_wait")]
    operations = [
        migrations.RunSQL(MAKE, UNDO),
        migrations.RunSQL(DROP, migrations.RunSQL.noop),
        migrations.RunSQL(CLOSE, migrations.RunSQL.noop),
    ]
