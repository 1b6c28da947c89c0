"""What people call whoever sent an event."""

from lineage.openlineage.reading import PULLED


def producer_name(uri: object) -> str:
    """What people call it: `dbt` of `https://github.com/OpenLineage/OpenLineage/tree/1.54.0/integration/dbt`."""
    text = uri if isinstance(uri, str) else ""
    if text.startswith(PULLED):
        return f"{text.removeprefix(PULLED)}, pulled"
    host, *parts = text.partition("://")[2].split("/") if "://" in text else ["", text]
    if "integration" in parts[:-1]:
        return parts[parts.index("integration") + 1]
    return parts[1] if host == "github.com" and len(parts) > 1 else parts[-1] if parts else host


def family_name(uri: object) -> str:
    """The same whether the tool told of itself or was asked."""
    return producer_name(uri).removesuffix(", pulled")
