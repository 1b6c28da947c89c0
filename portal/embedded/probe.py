"""Is a web process alive? The question of the supervisor at the start, and of a container's health check.

python -m portal.embedded.probe      asks this machine; reads PORT and CHARTER_BASE_URL
"""

import http
import http.client
import os
import sys
from urllib.parse import urlsplit

SECONDS_TO_ANSWER = 5


def illness(host: str, port: int, base_url: str) -> str:
    """Why /healthz does not answer well, empty when it does. Asked by the published name: Django refuses others."""
    connection = http.client.HTTPConnection(host, port, timeout=SECONDS_TO_ANSWER)
    try:
        connection.request("GET", "/healthz", headers={"Host": urlsplit(base_url).netloc})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"port {port}: {error}"
    finally:
        connection.close()
    return "" if status == http.HTTPStatus.OK else f"/healthz on port {port} answers {status}"


if __name__ == "__main__":
    asked_port = int(os.environ.get("PORT", "8000"))
    published = os.environ.get("CHARTER_BASE_URL", f"http://localhost:{asked_port}")
    sys.exit(illness("127.0.0.1", asked_port, published) or 0)
