"""Marquez's read API as its clients call it."""

from typing import Any
from urllib.parse import quote

from rest_framework.test import APIClient

API = "/api/v1"


def ask(client: APIClient, path: str, **query: Any) -> Any:
    answer = client.get(f"{API}{path}", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def below(namespace: str, *parts: str) -> str:
    """The address of what lies below a namespace, every part escaped as clients do."""
    return "/".join(["/namespaces", *(quote(part, safe="") for part in (namespace, *parts))])


def names(rows: list[dict[str, Any]]) -> list[str]:
    return [row["name"] for row in rows]
