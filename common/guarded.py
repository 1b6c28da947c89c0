"""Calls to addresses that people have typed: never into our own network, never redirected, never long.

Every address that a name resolves to is looked at where the socket is opened, so neither a redirect nor a name that
resolves differently a moment later gets round it. One bad address spoils the name.
"""

import ipaddress
import socket
from collections.abc import Collection, Iterable
from typing import Any

import httpcore
import httpx

# What `ipaddress` calls global although it leads inside: carriers, old IPv6 forms that carry an IPv4 address.
_INSIDE = [
    ipaddress.ip_network(text)
    for text in ("100.64.0.0/10", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "fec0::/10", "2001::/32")
]
SECONDS = 10.0
LONGEST_ANSWER = 64 * 1024


class Forbidden(httpx.ConnectError):
    """The address leads where Charter does not go."""


def is_outside(address: str) -> bool:
    """Whether an IP address is on the public internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if not ip.is_global or ip.is_multicast or ip.is_reserved:
        return False
    return not any(ip in network for network in _INSIDE if network.version == ip.version)


class _Sockets(httpcore.SyncBackend):
    """Opens sockets to what was looked at, not to a name that could mean something else a moment later."""

    def __init__(self, allowed: Collection[str]) -> None:
        self._allowed = {host.lower() for host in allowed}

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:  # fmt: skip
        try:
            found = {str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
        except OSError as wrong:
            raise httpcore.ConnectError(f"{host} cannot be found: {wrong}") from wrong
        if host.lower().rstrip(".") not in self._allowed and not all(map(is_outside, found)):
            raise Forbidden(f"{host} leads into a private network. An administrator can allow it.")
        return super().connect_tcp(sorted(found)[0], port, timeout, local_address, socket_options)


def client(allowed: Collection[str] = ()) -> httpx.Client:
    """An HTTP client for such addresses. `allowed` are host names that may lead inside."""
    transport = httpx.HTTPTransport(trust_env=False)
    transport._pool = httpcore.ConnectionPool(ssl_context=httpx.create_ssl_context(), network_backend=_Sockets(allowed))
    return httpx.Client(transport=transport, timeout=SECONDS, follow_redirects=False, trust_env=False)


def post(to: httpx.Client, url: str, *, content: bytes, headers: dict[str, str]) -> tuple[int, str]:
    """Send `content`. Returns the status and the beginning of the answer; raises httpx.HTTPError."""
    with to.stream("POST", url, content=content, headers=headers) as response:
        body = b""
        for part in response.iter_bytes():
            body += part
            if len(body) > LONGEST_ANSWER:
                break
    return response.status_code, body[:500].decode(errors="replace")
