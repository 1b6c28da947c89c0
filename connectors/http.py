"""JSON over HTTP, from services that may be slow, broken or hostile.

Never redirected, never longer than a limit, never slower than another; asked again only where asking changes nothing.
Errors tell what to do, and neither address nor answer in full: both may hold secrets.
"""

import re
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn, Self
from urllib.parse import unquote, urlsplit

import httpx
import orjson

from common import guarded
from connectors.records import ConnectorError, Right
from connectors.redaction import without_secrets

MIB = 2**20
TIMES = 3  # a GET is asked so often
PAUSE_SECONDS = 0.5  # before the second time, and twice that before the third
SECONDS = httpx.Timeout(30, connect=10)
WHOLE_ANSWER_SECONDS = 120
MOST_ROWS = 2_000_000  # of one list in one read: a service that never stops answering must not keep us for ever
AWAY = frozenset({502, 503, 504})
# An escaped NUL with an even number of backslashes before it: PostgreSQL can store none.
NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")


@dataclass(frozen=True, slots=True)
class Address:
    """An http address without the login that was written into it."""

    base: str
    host: str
    user: str
    password: str


def parse(url: str, product: str) -> Address:
    """Raises ConnectorError for anything that is no http or https address."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not host or parts.scheme not in ("http", "https"):
        raise ConnectorError(f"This is no address of {product}.", fix="Write http://host:port or https://host/path.")
    place = f"[{host}]" if ":" in host else host
    base = f"{parts.scheme}://{place}{f':{port}' if port else ''}{parts.path.rstrip('/')}"
    return Address(base, host, unquote(parts.username or ""), unquote(parts.password or ""))


class JsonService:
    """One service, to be asked inside of a `with`. `product` is its name in messages.

    `allowed_hosts` are names that may lead into a private network, see common/guarded.py. A token goes out as a bearer
    token; else user and password of the address as basic authentication. Raises ConnectorError only.
    """

    _web: httpx.Client

    def __init__(
        self, url: str, *, product: str, token: str = "", allowed_hosts: Collection[str] = (), limit: int = 32 * MIB
    ) -> None:
        self.address = parse(url, product)
        self.product = product
        self._token = token
        self._allowed_hosts = allowed_hosts
        self._limit = limit

    def __enter__(self) -> Self:
        self._web = guarded.client(self._allowed_hosts)
        self._web.timeout = SECONDS
        # Unpacked sizes cannot be told beforehand, so nothing packed is asked for or taken.
        self._web.headers.update({"Accept": "application/json", "Accept-Encoding": "identity"})
        if self._token:
            self.use_token(self._token)
        elif self.address.user:
            self._web.auth = httpx.BasicAuth(self.address.user, self.address.password)
        return self

    def __exit__(self, *_: object) -> None:
        self._web.close()

    def use_token(self, token: str) -> None:
        """For the rest of this `with`."""
        self._web.auth = httpx.Auth()  # none
        self._web.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **parameters: Any) -> Any:
        """What the service holds at `path`. Parameters that are None are not sent."""
        sent = {name: value for name, value in parameters.items() if value is not None}
        for attempt in range(1, TIMES + 1):
            try:
                status, body = self._ask("GET", path, params=sent)
            except httpx.TransportError as error:
                if attempt == TIMES or isinstance(error, guarded.Forbidden):
                    self._unreachable(error)
            else:
                if status not in AWAY or attempt == TIMES:
                    return self._read(status, body, path)
            time.sleep(PAUSE_SECONDS * attempt)
        raise AssertionError("the last attempt returns or raises")

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """What the service answers to a question that is put as a body. Asked once."""
        try:
            status, answer = self._ask("POST", path, json=body)
        except httpx.TransportError as error:
            self._unreachable(error)
        return self._read(status, answer, path)

    def tried(self, name: str, ask: Callable[[], object], fix: str = "") -> Right:
        """One line of a connection test."""
        try:
            ask()
        except ConnectorError as error:
            return Right(name, False, str(error), error.fix or fix)
        return Right(name, True)

    def _ask(self, method: str, path: str, **how: Any) -> tuple[int, bytes]:
        """Status and body. The body is read piece by piece, so that its end need not be waited for."""
        latest = time.monotonic() + WHOLE_ANSWER_SECONDS
        body = bytearray()
        with self._web.stream(method, f"{self.address.base}{path}", **how) as answer:
            if answer.headers.get("Content-Encoding", "identity") != "identity":
                raise ConnectorError(f"{self.product} packs its answers.", fix="Switch off compression in its proxy.")
            for piece in answer.iter_raw():
                body += piece
                if len(body) > self._limit:
                    raise TooLong(f"{self.product} answers {path} with more than {self._limit / MIB:,.0f} MiB.")
                if time.monotonic() > latest:
                    raise ConnectorError(f"{self.product} takes longer than {WHOLE_ANSWER_SECONDS} s for {path}.")
        return answer.status_code, bytes(body)

    def _read(self, status: int, body: bytes, path: str) -> Any:
        if status in (200, 201):
            try:
                return orjson.loads(NUL.sub(rb"\1", body))
            except orjson.JSONDecodeError:
                raise ConnectorError(
                    f"{self.product} answers {path} with something that is not JSON.",
                    fix="Check the address: this may be a login page, or another service.",
                ) from None
        if status == 404:
            raise NotThere(f"{self.product} has nothing at {path}.", fix="Check the address and the version.")
        kind = NotAllowed if status in (401, 403) else ConnectorError
        raise kind(f"{self.product} answers {path} with status {status}.", fix=_fix(status))

    def _unreachable(self, error: httpx.TransportError) -> NoReturn:
        reason = without_secrets(str(error)) or type(error).__name__
        raise ConnectorError(
            f"{self.product} at {self.address.host} cannot be reached: {reason[:200]}.",
            fix="Check the address, and that Charter's workers may connect to it.",
        ) from error


class NotThere(ConnectorError):
    """The service is there, and what was asked for is not."""


class TooLong(ConnectorError):
    """The answer is larger than the limit. Asking for less may help."""


class NotAllowed(ConnectorError):
    """The service does not tell it to this user."""


Page = tuple[list[dict[str, Any]], int | None]  # rows, and how many there are in all, where the service says so


def offset_pages(ask: Callable[[int], Page], *, size: int | None = None) -> Iterator[list[dict[str, Any]]]:
    """Pages of a list that is read by offset, until all are read. Raises ConnectorError past MOST_ROWS.

    A service may give less than it was asked for, so only the total or an empty page is an end; or, given `size`, a
    page that is not full.
    """
    offset = 0
    while offset < MOST_ROWS:
        page, total = ask(offset)
        offset += len(page)
        if page:
            yield page
        if not page or (total is not None and offset >= total) or (size is not None and len(page) < size):
            return
    raise ConnectorError(f"A list has more than {MOST_ROWS:,} rows, or never ends.")


def rows(answer: Any, name: str, product: str) -> list[dict[str, Any]]:
    """The list of objects that an answer must hold under `name`; whatever in it is no object is left out."""
    found = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(found, list):
        raise ConnectorError(f"{product} answers without {name!r}.", fix="Check the address and the version.")
    return [row for row in found if isinstance(row, dict)]


def _fix(status: int) -> str:
    if status in (401, 403):
        return "Give a token, or a user and password, that may read; see the README of the connector."
    if 300 <= status < 400:
        return "It sends us elsewhere, and redirects are not followed: write the address it means, https perhaps."
    return "Look into its log, and try again." if status >= 500 else ""
