"""The audit log as a file: page, API, client and command write the same rows, and the check knows every change."""

import asyncio
import csv
import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse

from charter.audit import BEGINNING, NotSound, check_export, read_anchors
from charter.errors import Forbidden
from charter.registry import AsyncRegistry, Registry
from governance import audit_export
from registry.actions.action import Note, record
from registry.actions.people import add_member, assign_role
from registry.chain.anchoring import anchor_head
from registry.chain.sealing import head
from registry.chain.verifying import verify_audit
from tests.cast import api_as, page_as, token_for
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory
from tests.sdk.conftest import Run
from tests.tampering import tamper

EXPORT = "/api/v1/audit-log/export"


def entry(thing: Any, action: str = "registry.describe_feature", **said: Any) -> int:
    note = Note(changes=said.pop("changes", {}), **said)
    return record(None, action, thing, note).pk


@pytest.fixture
def log(cast: SimpleNamespace) -> SimpleNamespace:
    """Seven entries: two of Payments, one with personal values, and texts that are hard to carry."""
    project = ProjectFactory(name="payments", owner=cast.payments)
    feature = FeatureFactory(view=ViewFactory(project=project), name="amount")
    personal = FeatureFactory(view=feature.view, name="email", privacy_class="direct-identifier")
    entry(feature, changes={"description": ["alt", 'größer\n"quoted", 100 %']}, reason="=HYPERLINK(1)")
    entry(personal, "registry.change_version", changes={"default": ["ann@example.org", "bob@example.org"]})
    entry(None, "registry.numbers", changes={"n": [1.10, 10**30, -0.5, True, None, [], {"a": "-1"}]}, reason="'=kept")
    entry(cast.payments, "registry.change_team", reason="\ttab")
    entry(FeatureFactory(owner=cast.risk), reason="+1")
    assign_role(cast.viewer, actor=cast.admin, role="auditor")
    add_member(cast.risk, actor=cast.admin, user=cast.viewer)
    return SimpleNamespace(feature=feature, count=7)


def exported(user: Any, form: str = "jsonl", **query: str) -> bytes:
    answer = api_as(user).get(EXPORT, {"format": form, **query})
    assert answer.status_code == 200
    return answer.getvalue()


def kept(tmp_path: Path, content: bytes, name: str = "export") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_a_whole_export_proves_itself(cast: SimpleNamespace, log: SimpleNamespace, form: str, tmp_path: Path) -> None:
    found = check_export(kept(tmp_path, exported(cast.auditor, form)))
    assert (found.rows, found.first, found.last, found.is_whole) == (log.count, 1, log.count, True)
    assert (found.partial, found.hash) == (1, head()[1].hex())


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_personal_values_are_withheld_in_every_column(cast: SimpleNamespace, log: SimpleNamespace, form: str) -> None:
    told = exported(cast.auditor, form)
    assert b"example.org" not in told
    assert b"hidden, personal data" in told


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_a_narrowed_export_says_how_much_it_leaves_out(
    cast: SimpleNamespace, log: SimpleNamespace, form: str, tmp_path: Path
) -> None:
    found = check_export(kept(tmp_path, exported(cast.auditor, form, action="describe")))
    assert (found.rows, found.missing, found.is_whole) == (2, 3, False)


@pytest.mark.django_db
def test_each_sees_in_the_file_what_the_page_shows(cast: SimpleNamespace, log: SimpleNamespace) -> None:
    for user in (cast.owner_a, cast.owner_b, cast.member, cast.auditor, cast.admin):
        rows = [json.loads(line) for line in exported(user).splitlines()]
        page = page_as(user).get(reverse("governance:audit")).context["rows"]
        assert {row["id"] for row in rows} == {one.pk for one, _ in page}
    assert api_as(cast.service).get(EXPORT, {"format": "jsonl"}).status_code == 403


@pytest.mark.django_db
def test_pages_and_api_write_the_same(cast: SimpleNamespace, log: SimpleNamespace) -> None:
    browser = page_as(cast.auditor)
    for form in ("jsonl", "csv"):
        assert browser.get(reverse("governance:audit"), {"format": form}).getvalue() == exported(cast.auditor, form)


@pytest.mark.django_db
def test_no_cell_is_a_formula(cast: SimpleNamespace, log: SimpleNamespace) -> None:
    rows = csv.DictReader(io.StringIO(exported(cast.auditor, "csv").decode(), newline=""))
    cells = [cell for row in rows for cell in row.values() if cell]
    assert "'=HYPERLINK(1)" in cells
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for cell in cells)


@pytest.mark.django_db
def test_chunks_follow_each_other(
    cast: SimpleNamespace, log: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(audit_export, "A_CHUNK", 2)
    assert check_export(kept(tmp_path, exported(cast.auditor))).rows == log.count


@pytest.mark.django_db
def test_an_empty_export_is_sound(cast: SimpleNamespace, log: SimpleNamespace, tmp_path: Path) -> None:
    for form in ("jsonl", "csv"):
        found = check_export(kept(tmp_path, exported(cast.auditor, form, project="none")))
        assert (found.rows, found.hash) == (0, BEGINNING)


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["jsonl", "csv"])
@pytest.mark.parametrize(
    ("column", "value"),
    [("actor", "eve"), ("reason", "other"), ("reason", ""), ("changes", {"n": [1, 2]}), ("at", "2020-01-01T00:00:00Z"),
     ("content", '{"id": 1}'), ("hash", "00" * 32), ("digest", "00" * 32), ("place", 7), ("sealed_at", "2020-01-01"),
     ("previous", "11" * 32), ("salt", "00"), ("action", "x.y"), ("object_key", "x"), ("id", 99)],
)  # fmt: skip
def test_one_changed_column_of_an_export_is_found(
    cast: SimpleNamespace, log: SimpleNamespace, form: str, column: str, value: Any, tmp_path: Path
) -> None:
    rows = _rows(exported(cast.auditor, form), form)
    rows[0][column] = json.dumps(value) if form == "csv" and isinstance(value, dict) else value
    with pytest.raises(NotSound) as raised:
        check_export(kept(tmp_path, _written(rows, form)))
    assert raised.value.line >= 1


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_rows_that_are_taken_out_or_swapped_are_found(
    cast: SimpleNamespace, log: SimpleNamespace, form: str, tmp_path: Path
) -> None:
    rows = _rows(exported(cast.auditor, form), form)
    swapped = [rows[0], rows[2], rows[1], *rows[3:]]
    with pytest.raises(NotSound, match="stands behind"):
        check_export(kept(tmp_path, _written(swapped, form)))
    assert not check_export(kept(tmp_path, _written([rows[0], *rows[2:]], form))).is_whole
    tail = check_export(kept(tmp_path, _written(rows[:-2], form)))
    assert tail.is_whole  # nobody can tell from the file alone
    anchor = kept(tmp_path, json.dumps({"place": log.count, "hash": rows[-1]["hash"]}).encode(), "anchors")
    assert log.count not in check_export(kept(tmp_path, _written(rows[:-2], form)), read_anchors([anchor])).met


@pytest.mark.parametrize("content", [b"{", b"[1]\n", b"{}\n", b"a,b\n1,2\n", b'{"place": {}}\n', b"\xff", b"\0\n"])
def test_what_is_no_export_is_said_to(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(NotSound):
        check_export(kept(tmp_path, content))


@pytest.mark.django_db
def test_the_api_tells_how_the_chain_stands(cast: SimpleNamespace, log: SimpleNamespace) -> None:
    exported(cast.auditor)
    client = api_as(cast.auditor)
    before = client.get("/api/v1/audit-log/verification").json()
    assert (before["head"]["place"], before["verified"], before["is_anchored"]) == (log.count, None, False)
    verify_audit()
    assert client.get("/api/v1/audit-log/verification").json()["verified"]["is_sound"] is True
    tamper("DELETE FROM registry_auditentry WHERE action = 'registry.numbers'")
    verify_audit()
    (fault,) = client.get("/api/v1/audit-log/verification").json()["verified"]["faults"]
    assert (fault["kind"], fault["place"]) == ("removed", 3)
    page = page_as(cast.auditor).get(reverse("governance:audit")).content.decode()
    assert "This log is not what was sealed." in page
    assert "Removed at place 3" in page
    assert api_as(cast.service).get("/api/v1/audit-log/verification").status_code == 403


@pytest.mark.django_db
def test_the_page_says_how_the_chain_stands(cast: SimpleNamespace, settings: Any, tmp_path: Path) -> None:
    browser = page_as(cast.auditor)
    shown = browser.get(reverse("governance:audit")).content.decode()
    assert "Nothing is sealed yet" in shown
    assert "Never" in shown
    assert "Off" in shown
    settings.CHARTER_AUDIT_ANCHOR_FILE = str(tmp_path / "nowhere" / "anchors")
    entry(None)
    exported(cast.auditor)
    anchor_head()
    verify_audit()
    shown = browser.get(reverse("governance:audit")).content.decode()
    assert "Sound" in shown
    assert "Failed" in shown


@pytest.mark.django_db(transaction=True)
def test_client_and_command_export_and_check(
    charter: Run, cast: SimpleNamespace, log: SimpleNamespace, live_server: Any, tmp_path: Path
) -> None:
    done = charter("audit", "export", "-o", "log.jsonl", user=cast.auditor)
    assert done.code == 0, done.err
    assert (tmp_path / "log.jsonl").read_bytes() == exported(cast.auditor)
    checked = charter("audit", "check", "log.jsonl", CHARTER_URL="", CHARTER_TOKEN="")
    assert (checked.code, "7 rows, places 1 to 7; all of the log" in checked.out) == (0, True), checked
    (tmp_path / "log.jsonl").write_bytes(exported(cast.auditor).replace(b"tab", b"tap"))
    assert charter("audit", "check", "log.jsonl").code == 1
    piped = charter("audit", "export", "--format", "csv", "--action", "describe", user=cast.auditor)
    assert len(list(csv.DictReader(io.StringIO(piped.out, newline="")))) == 2
    assert charter("audit", "verification", user=cast.auditor).code == 1
    verify_audit()
    assert "sound" in charter("audit", "verification", user=cast.auditor).out
    _by_clients(live_server.url, cast)


def _by_clients(url: str, cast: SimpleNamespace) -> None:
    token, expected = token_for(cast.auditor, "features:read"), exported(cast.auditor)
    with Registry(url, token) as registry:
        file = io.BytesIO()
        assert registry.audit_export(file) == len(expected)
        assert file.getvalue() == expected

    async def there() -> bytes:
        async with AsyncRegistry(url, token) as registry:
            file = io.BytesIO()
            await registry.audit_export(file, project="payments")
            return file.getvalue()

    with ThreadPoolExecutor(1) as pool:  # a browser's loop may live in this thread
        assert len(pool.submit(lambda: asyncio.run(there())).result().splitlines()) == 2
    with Registry(url, token_for(cast.service, "features:read")) as registry, pytest.raises(Forbidden):
        registry.audit_export(io.BytesIO())


def _rows(content: bytes, form: str) -> list[dict[str, Any]]:
    if form == "jsonl":
        return [json.loads(line) for line in content.splitlines()]
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def _written(rows: list[dict[str, Any]], form: str) -> bytes:
    if form == "jsonl":
        return b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    file = io.StringIO()
    writer = csv.DictWriter(file, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()
