"""The audit log's chain: entries are sealed in one order, and whatever is done to them afterwards is found."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from common.statements import fetch
from registry.actions.action import Note, entry_of, record
from registry.chain import sealing, verifying
from registry.chain.anchoring import anchor_head
from registry.chain.form import BEGINNING, COLUMNS, microseconds, next_hash
from registry.chain.sealing import seal_waiting
from registry.chain.verifying import verify_audit
from registry.models import Anchor, AuditEntry, Message, Seal, Verification, WaitingEntry
from registry.tasks import seal_audit
from tests.tampering import PROTECTED, first_fault, sealed, tamper, unprotected, write

pytestmark = pytest.mark.django_db


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_every_column_is_hashed() -> None:
    assert set(COLUMNS) == {field.attname for field in AuditEntry._meta.concrete_fields}
    told = fetch("SELECT column_name FROM information_schema.columns WHERE table_name = 'registry_auditentry'", [])
    assert {name for (name,) in told} == set(COLUMNS)


def test_seals_follow_each_other_and_their_hashes_can_be_made_again() -> None:
    entries = [entry.pk for entry in write(3)]
    assert WaitingEntry.objects.count() == 3
    assert (seal_waiting(), seal_waiting()) == (3, 0)
    assert not WaitingEntry.objects.exists()
    previous = BEGINNING
    for place, seal in enumerate(Seal.objects.all(), 1):
        assert (seal.place, seal.entry_id) == (place, entries[place - 1])
        previous = next_hash(previous, place, microseconds(seal.at), bytes(seal.digest))
        assert bytes(seal.hash) == previous


def test_many_at_once_wait_as_one_does() -> None:
    AuditEntry.objects.bulk_create([entry_of(None, "registry.add_features", None, Note()) for _ in range(50)])
    assert seal_waiting() == 50
    assert verify_audit().is_sound


def test_batches_go_on_where_the_last_one_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "A_BATCH", 4)
    monkeypatch.setattr(verifying, "A_SPAN", 3)
    write(10)
    assert seal_waiting() == 10
    done = verify_audit()
    assert (done.is_sound, done.place) == (True, 10)


def test_entries_from_before_there_were_seals_are_sealed_too() -> None:
    write(7)
    run("DELETE FROM registry_waitingentry")
    assert first_fault(verify_audit())[0] == "inserted"
    run(import_module("registry.migrations.0017_old_entries_wait").WAIT)
    assert seal_waiting() == 7
    assert verify_audit().is_sound


def test_an_empty_chain_is_sound() -> None:
    done = verify_audit()
    assert (done.is_sound, done.place) == (True, 0)


@pytest.mark.parametrize("table", [*PROTECTED])
@pytest.mark.parametrize("change", ["UPDATE {} SET at = now()", "DELETE FROM {}"])
def test_nothing_of_it_is_changed_or_removed(table: str, change: str, settings: Any, tmp_path: Path) -> None:
    settings.CHARTER_AUDIT_ANCHOR_FILE = str(tmp_path / "anchors")
    sealed(1)
    anchor_head()
    verify_audit()
    change = change.replace("SET at", "SET ended_at") if table == "registry_verification" else change
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        run(change.format(table))


def test_nothing_of_it_is_truncated() -> None:
    """The tests switch these triggers off to clean up; here they are on again."""
    for table in PROTECTED:
        run(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        with pytest.raises(DatabaseError, match="cannot be truncated"), transaction.atomic():
            run(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize(
    ("column", "value"),
    [("actor_name", "'eve'"), ("reason", "''"), ("changes", """'{"n": [2, 4]}'"""), ("at", "at + interval '1 us'"),
     ("action", "'registry.other'"), ("object_key", "'x'"), ("team_id", "7"), ("project_id", "7"), ("token", "'t'"),
     ("request_id", "'r'"), ("object_id", "'9'"), ("object_type", "'team'")],
)  # fmt: skip
def test_one_changed_column_is_found_at_its_row(column: str, value: str) -> None:
    entries = sealed(5)
    tamper(f"UPDATE registry_auditentry SET {column} = {value} WHERE id = %s", entries[2])
    assert first_fault(verify_audit()) == ("changed", 3, entries[2])


def test_a_removed_row_is_found_at_its_place() -> None:
    entries = sealed(5)
    tamper("DELETE FROM registry_auditentry WHERE id = %s", entries[1])
    assert first_fault(verify_audit()) == ("removed", 2, entries[1])


@pytest.mark.parametrize("place", [1, 3, 5])
def test_a_row_removed_with_its_seal_is_found_at_its_place(place: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "A_SPAN", 2)
    entries = sealed(6)
    tamper("DELETE FROM registry_auditentry WHERE id = %s", entries[place - 1])
    tamper("DELETE FROM registry_seal WHERE place = %s", place)
    assert first_fault(verify_audit()) == ("removed", place, None)


def test_a_gap_longer_than_a_span_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "A_SPAN", 2)
    sealed(9)
    tamper("DELETE FROM registry_seal WHERE place BETWEEN 2 AND 8")
    assert first_fault(verify_audit())[:2] == ("removed", 2)


def test_two_swapped_entries_are_found_at_the_first(settings: Any) -> None:
    entries = sealed(5)
    with unprotected(), connection.cursor() as cursor:
        for old, new in ((entries[1], -1), (entries[3], entries[1]), (-1, entries[3])):
            cursor.execute("UPDATE registry_auditentry SET id = %s WHERE id = %s", [new, old])
    done = verify_audit()
    assert first_fault(done) == ("reordered", 2, entries[1])
    assert str(entries[3]) in done.faults[0]["detail"]


def test_two_swapped_seals_are_found_at_the_first() -> None:
    entries = sealed(5)
    with unprotected(), connection.cursor() as cursor:
        for old, new in ((2, -1), (4, 2), (-1, 4)):
            cursor.execute("UPDATE registry_seal SET place = %s WHERE place = %s", [new, old])
    assert first_fault(verify_audit()) == ("seal", 2, entries[3])


@pytest.mark.parametrize(("column", "value"), [("at", "at - interval '1 day'"), ("hash", "sha256('x')")])
def test_a_changed_seal_is_found(column: str, value: str) -> None:
    entries = sealed(5)
    tamper(f"UPDATE registry_seal SET {column} = {value} WHERE place = 3")
    assert first_fault(verify_audit()) == ("seal", 3, entries[2])


def test_a_forged_entry_is_found() -> None:
    entries = sealed(3)
    tamper(
        "INSERT INTO registry_auditentry (at, actor_name, token, action, object_type, object_id, object_key, changes, "
        "reason, request_id, id) SELECT at, 'eve', '', action, '', '', '', changes, '', '', id + 1000000 "
        "FROM registry_auditentry WHERE id = %s", entries[0],
    )  # fmt: skip
    assert first_fault(verify_audit()) == ("inserted", None, entries[0] + 1_000_000)


def test_an_entry_removed_before_it_was_sealed_is_found_and_stops_nobody() -> None:
    gone, kept = (entry.pk for entry in write(2))
    tamper("DELETE FROM registry_auditentry WHERE id = %s", gone)
    assert seal_waiting() == 1
    assert Seal.objects.get().entry_id == kept
    assert first_fault(verify_audit()) == ("removed", None, gone)


def test_an_entry_sent_to_wait_twice_is_sealed_once() -> None:
    entries = sealed(1)
    WaitingEntry.objects.create(entry_id=entries[0])
    write(1)
    assert seal_waiting() == 1
    assert verify_audit().is_sound


def test_without_anchors_a_removed_tail_is_not_found_and_with_them_it_is(settings: Any, tmp_path: Path) -> None:
    settings.CHARTER_AUDIT_ANCHOR_FILE = str(tmp_path / "anchors")
    entries = sealed(5)
    anchor_head()
    with unprotected(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM registry_auditentry WHERE id > %s", [entries[2]])
        cursor.execute("DELETE FROM registry_seal WHERE place > 3")
        cursor.execute("DELETE FROM registry_anchor")
    assert verify_audit([]).is_sound
    assert first_fault(verify_audit()) == ("removed", 4, None)


def test_a_chain_that_is_made_anew_does_not_meet_its_anchor(settings: Any, tmp_path: Path) -> None:
    settings.CHARTER_AUDIT_ANCHOR_FILE = str(tmp_path / "anchors")
    entries = sealed(3)
    anchor_head()
    tamper("UPDATE registry_auditentry SET actor_name = 'eve' WHERE id = %s", entries[0])
    tamper("DELETE FROM registry_seal")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO registry_waitingentry SELECT id FROM registry_auditentry")
    seal_waiting()
    assert verify_audit([]).is_sound
    done = verify_audit()
    assert first_fault(done) == ("anchor", 3, None)
    assert done.anchors == 2


def test_the_command_says_it_and_ends_with_a_code(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    entries = sealed(3)
    call_command("verify_audit")
    said = capsys.readouterr().out
    assert "3 entries are sealed" in said
    assert "Anchoring is off" in said
    tamper("UPDATE registry_auditentry SET reason = 'x' WHERE id = %s", entries[1])
    with pytest.raises(CommandError, match=f"changed at place 2, entry {entries[1]}") as raised:
        call_command("verify_audit")
    assert raised.value.returncode == 1


def test_the_command_compares_with_a_file_that_somebody_brings(tmp_path: Path) -> None:
    sealed(2)
    brought = tmp_path / "brought"
    brought.write_bytes(orjson.dumps({"place": 2, "hash": "00" * 32, "at": "2026-11-30"}) + b"\n")
    with pytest.raises(CommandError, match="anchor at place 2"):
        call_command("verify_audit", anchors=[brought])
    brought.write_text("nonsense\n")
    with pytest.raises(CommandError, match="line 1: that is no anchor"):
        call_command("verify_audit", anchors=[brought])
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_audit", anchors=[tmp_path / "nowhere"])


def test_auditors_and_administrators_are_told_once(cast: SimpleNamespace, mailoutbox: list[Any]) -> None:
    entries = sealed(3)
    tamper("DELETE FROM registry_auditentry WHERE id = %s", entries[0])
    verify_audit()
    verify_audit()
    message = Message.objects.get(event="audit.fault_found")
    assert {one.address for one in message.deliveries.all()} == {cast.auditor.email, cast.admin.email}


def test_the_head_is_appended_to_a_file_when_it_has_moved(settings: Any, tmp_path: Path) -> None:
    settings.CHARTER_AUDIT_ANCHOR_FILE = str(tmp_path / "anchors")
    assert anchor_head() == []
    for count in (2, 1):
        sealed(count)
        anchor_head()
        anchor_head()
    lines = [orjson.loads(line) for line in (tmp_path / "anchors").read_bytes().splitlines()]
    assert [line["place"] for line in lines] == [2, 3]
    assert lines[1]["hash"] == bytes(Seal.objects.get(place=3).hash).hex()


def test_the_head_is_posted(settings: Any, receiver: SimpleNamespace) -> None:
    settings.CHARTER_AUDIT_ANCHOR_URL = receiver.url
    sealed(2)
    (kept,) = anchor_head()
    ((_, body),) = receiver.requests
    assert (orjson.loads(body)["place"], kept.error) == (2, "")
    assert verify_audit().anchors == 1


@pytest.mark.parametrize("kind", ["refused", "inside", "file"])
def test_an_anchor_that_fails_is_kept_and_told(
    kind: str, settings: Any, receiver: SimpleNamespace, cast: SimpleNamespace, tmp_path: Path
) -> None:
    if kind == "file":
        settings.CHARTER_AUDIT_ANCHOR_FILE = str(tmp_path)
    else:
        settings.CHARTER_AUDIT_ANCHOR_URL = f"{receiver.url}?secret=hidden"
        receiver.status = 500
        settings.CHARTER_WEBHOOK_HOSTS = [] if kind == "inside" else ["127.0.0.1"]
    sealed(1)
    anchor_head()
    (kept,) = anchor_head()
    assert kept.error
    assert "hidden" not in f"{kept.where} {kept.error}"
    assert Anchor.objects.count() == 2
    assert Message.objects.filter(event="audit.anchor_failed").count() == 1
    assert verify_audit().anchors == 0


def test_off_is_off() -> None:
    sealed(1)
    assert anchor_head() == []
    assert not Anchor.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_writers_and_sealers_at_once_make_one_chain() -> None:
    writers, sealers, each = 4, 3, 15
    start = Barrier(writers + sealers)

    def repeat(work: Callable[[], Any]) -> None:
        try:
            start.wait()
            for _ in range(each):
                work()
        finally:
            connection.close()

    def bulk() -> None:
        with transaction.atomic():
            record(None, "registry.one", None, Note())
            AuditEntry.objects.bulk_create([entry_of(None, "registry.many", None, Note()) for _ in range(3)])

    with ThreadPoolExecutor(writers + sealers) as pool:
        works = [*(pool.submit(repeat, bulk) for _ in range(writers)),
                 *(pool.submit(repeat, seal) for seal in (seal_waiting, seal_waiting, seal_audit))]  # fmt: skip
        for work in works:
            work.result()
    seal_waiting()
    assert Seal.objects.count() == writers * each * 4
    assert verify_audit().is_sound


@pytest.mark.django_db(transaction=True)
def test_an_entry_that_is_committed_later_than_a_younger_one_comes_after_it() -> None:
    with transaction.atomic():
        early = record(None, "registry.slow", None, Note())

        def other() -> int:
            try:
                made = record(None, "registry.quick", None, Note()).pk
                seal_waiting()  # nobody waits for the transaction that is still open
                return made
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            late = pool.submit(other).result(timeout=20)
    seal_waiting()
    assert early.pk < late
    assert list(Seal.objects.values_list("entry_id", flat=True)) == [late, early.pk]
    assert verify_audit().is_sound


def test_a_verification_is_kept() -> None:
    sealed(2)
    verify_audit()
    done = Verification.objects.get()
    assert (done.place, done.is_sound) == (2, True)
    assert done.ended_at >= done.started_at
