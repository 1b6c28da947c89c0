"""The generated protobuf classes are what registry.proto says."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROTO = "connectors/feast/registry.proto"


def test_generated_classes_are_up_to_date(tmp_path: Path) -> None:
    pytest.importorskip("grpc_tools", reason="grpcio-tools generates the classes")
    generate = [sys.executable, "-m", "grpc_tools.protoc", "-I.", f"--python_out={tmp_path}", f"--pyi_out={tmp_path}"]
    subprocess.run([*generate, PROTO], cwd=ROOT, check=True)
    for name in ("registry_pb2.py", "registry_pb2.pyi"):
        committed = ROOT / "connectors/feast" / name
        generated = tmp_path / "connectors/feast" / name
        assert generated.read_text() == committed.read_text(), "Run `make protos`."
