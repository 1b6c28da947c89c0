"""The registry is told which tables lie upstream of its views. A result like health, so nothing to audit."""

from django.db import transaction

from common.locks import try_lock
from common.statements import execute_many, fetch
from lineage.queries.upstream import tables_upstream
from registry.actions.facts import write_upstream

_UNTOLD = "SELECT changes FROM lineage_telling WHERE changes <> told"
_TOLD = "UPDATE lineage_telling SET told = %s"


@transaction.atomic
def tell_upstream() -> int:
    """Tell the registry what has changed since it was told last. Returns of how many views.

    The count is read before the graph: what changes meanwhile is told the next time, perhaps once more.
    """
    if not try_lock("tell upstream") or not (untold := fetch(_UNTOLD, [])):
        return 0
    changed = write_upstream(tables_upstream())
    execute_many(_TOLD, untold)
    return changed
