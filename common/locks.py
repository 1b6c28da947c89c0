"""Work that one transaction does at a time, whichever process it is in.

PostgreSQL holds the locks until the transaction ends, and lets go of those of a process that dies. They have names: two
numbers that happen to be the same would make work wait that has nothing to do with each other.
"""

from common.statements import fetch


def try_lock(name: str) -> bool:
    """Hold the lock of this name until the transaction ends; False while another one holds it."""
    return bool(fetch("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])[0][0])


def wait_for_lock(name: str) -> None:
    """Hold the lock of this name until the transaction ends, once nobody else does."""
    fetch("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
