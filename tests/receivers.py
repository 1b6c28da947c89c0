"""Real servers that receive what Charter sends: a web server for webhooks and a mail server."""

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler


@pytest.fixture
def receiver(settings: Any) -> Iterator[SimpleNamespace]:
    """A real server, inside the own network and therefore named in the settings."""
    got = SimpleNamespace(requests=[], status=204)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            got.requests.append((dict(self.headers), body))
            self.send_response(got.status)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    got.url = f"http://127.0.0.1:{server.server_port}/in"
    settings.CHARTER_WEBHOOK_HOSTS = ["127.0.0.1"]
    yield got
    server.shutdown()
    server.server_close()


class _Inbox(MessageHandler):
    def __init__(self) -> None:
        super().__init__()
        self.mails: list[Any] = []

    def handle_message(self, message: Any) -> None:
        self.mails.append(message)


@pytest.fixture
def mail_server(settings: Any) -> Iterator[list[Any]]:
    """The mails that arrived, each as an email.message.Message."""
    inbox = _Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield inbox.mails
    server.stop()
