"""From a connection's store to the gate of its rights: as who may grant, or as who measures."""

from connectors.gates import open_gate
from connectors.records import ConnectorError
from connectors.rights import Gate
from governance.models import Enforcement
from governance.queries.needs import ADDRESS_OF
from registry.secrets import resolve, unseal
from registry.stores import address


def gate_of(store: Enforcement) -> Gate:
    """Nothing is opened yet. Raises ConnectorError for a store that keeps no rights, or whose secrets are gone."""
    name = ADDRESS_OF.get(store.place)  # type: ignore[call-overload]  # a choice is its value
    url = address(store.connection, name) if name else ""
    gate = open_gate(url, login=login_of(store), schemas=store.schemas) if url else None
    if gate is None:
        raise ConnectorError(f"{store} keeps no rights that Charter knows.")
    return gate


def login_of(store: Enforcement) -> tuple[str, str] | None:
    """Name and password of who grants; None where that is who measures."""
    if not store.login:
        return None
    return store.login, resolve(unseal(bytes(store.sealed), bound_to=store.bound_to).get("password", ""))
