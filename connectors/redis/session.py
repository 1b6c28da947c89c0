"""A connection to a Redis or Valkey, and its errors in words."""

from collections.abc import Iterator
from contextlib import contextmanager

import redis

from connectors.records import ConnectorError, StoreAway

PATIENCE_SECONDS = 10


@contextmanager
def connected(url: str, *, needs: str, login: tuple[str, str] | None = None) -> Iterator["redis.Redis"]:
    """`needs` are the rights that the user is told to have where one is refused. A `login` is used instead of the
    address's."""
    try:
        client = redis.Redis.from_url(
            url, protocol=2, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS
        )
    except ValueError:  # its text may quote the password
        raise ConnectorError(
            "The address is not one that Redis understands.",
            fix="Write redis://user:password@host:6379/0, or rediss:// for TLS, odd characters percent-encoded.",
        ) from None
    if login:
        client.connection_pool.connection_kwargs.update(username=login[0], password=login[1])
    try:
        with client:
            yield client
    except redis.RedisError as error:
        raise _explained(error, needs) from error


def _explained(error: redis.RedisError, needs: str) -> ConnectorError:
    if isinstance(error, redis.exceptions.NoPermissionError):
        return ConnectorError(
            f"Redis refused: {error}", fix=f"Allow the user of this connection: ACL SETUSER … {needs}"
        )
    if isinstance(error, redis.AuthenticationError):
        return StoreAway(f"Redis did not let us in: {error}", fix="Check user and password of the connection.")
    if isinstance(error, redis.TimeoutError | redis.ConnectionError):
        return StoreAway(
            f"Redis could not be reached: {error}", fix="Check host, port and TLS (rediss://) of the connection."
        )
    return ConnectorError(f"Redis could not answer: {error}", fix="See the server's log; then try again.")
