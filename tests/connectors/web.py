"""A real web server that answers with what a product's own server once answered."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(slots=True)
class Asked:
    """One request: its path without the query, the last value of each parameter, its body and its headers."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    headers: dict[str, str]


@dataclass(slots=True)
class Server:
    url: str = ""
    asked: list[Asked] = field(default_factory=list)

    def with_login(self, login: str) -> str:
        return self.url.replace("://", f"://{login}@")


Answer = tuple[int, Any]  # status, and JSON data or the very bytes to send


@contextmanager
def serving(answer: Callable[[Asked], Answer], headers: dict[str, str] | None = None) -> Iterator[Server]:
    """Answers each request with what `answer` says, until the context ends."""
    served = Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65536  # head and body in one packet, else each answer waits for the other side's delayed word

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
            asked = Asked(
                self.command, parts.path, query, json.loads(body) if body else None, dict(self.headers.items())
            )
            served.asked.append(asked)
            status, said = answer(asked)
            sent = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    served.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()


def recorded(file: Path) -> Any:
    """The response in one of the recordings."""
    found = json.loads(file.read_text())
    return found["response"] if isinstance(found, dict) and "response" in found else found


LOCAL = ("127.0.0.1",)  # where these servers are, which is inside
