"""House rules that no library checks: doors do not write, and nothing risky is imported."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
APPS = ("registry", "monitoring", "lineage", "governance", "portal")
DOORS = {"views", "api", "forms", "tasks", "commands"}
WRITES = {
    "save", "create", "acreate", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create",
    "execute", "executemany", "copy",
}  # fmt: skip
RISKY = {"pickle", "dill", "cloudpickle", "feast", "marshal", "shelve"}


def product_files() -> list[Path]:
    rooms = (*APPS, "connectors", "common")
    return [path for room in rooms for path in sorted((ROOT / room).rglob("*.py")) if "migrations" not in path.parts]


def door_files() -> list[Path]:
    return [path for path in product_files() if DOORS & {path.stem, *path.relative_to(ROOT).parts[:-1]}]


def written(path: Path) -> list[str]:
    """Calls in the file that look like an ORM or SQL write, as `line: name`."""
    calls = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    return [
        f"{call.lineno}: .{call.func.attr}()"
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr in WRITES and not is_container(call.func.value)
    ]


def is_container(value: ast.expr) -> bool:
    """`context.update(...)`, `params.update(...)`: dictionaries, not rows."""
    return isinstance(value, ast.Name) and value.id in {"context", "params", "query", "data", "kwargs", "response"}


@pytest.mark.parametrize("path", door_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_doors_do_not_write(path: Path) -> None:
    assert written(path) == []


@pytest.mark.parametrize("path", product_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_can_unpickle(path: Path) -> None:
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(path.read_text()))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported.isdisjoint(RISKY)


def test_rule_sees_a_write(tmp_path: Path) -> None:
    door = tmp_path / "views.py"
    door.write_text("Feature.objects.filter(pk=1).update(name='x')\ncontext.update(a=1)\n")
    assert written(door) == ["1: .update()"]
