"""Events through the client and the command: asked for, gone on with, followed."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from charter.errors import Refused
from charter.registry import Registry
from registry.actions.telling import tell
from registry.models import Message
from registry.outbox.letters import Letter
from registry.outbox.placing import place_events
from tests.cast import token_for
from tests.sdk.conftest import Run

pytestmark = pytest.mark.django_db(transaction=True)


def happen(cast: SimpleNamespace, *numbers: int) -> None:
    for number in numbers:
        data = {"version": f"pay.stats.amount@{number}"}
        tell("feature.deprecated", key=f"{number}", title="t", letter=Letter(), data=data, teams=[cast.payments])
    place_events()


def test_the_client_goes_on_where_it_was(cast: SimpleNamespace, live_server: Any) -> None:
    happen(cast, 1, 2, 3)
    with Registry(live_server.url, token_for(cast.owner_a, "features:read")) as registry:
        first = registry.events(limit=2)
        assert ([one.data["version"][-1] for one in first.data], first.has_more) == (["1", "2"], True)
        rest = registry.events(first.after)
        assert ([one.type for one in rest.data], rest.has_more) == (["feature.deprecated"], False)
        assert registry.events(rest.after).data == []
        Message.objects.filter(place__lt=3).delete()
        with pytest.raises(Refused) as refused:
            registry.events("1")
        assert refused.value.code == "gone"


def test_the_command_says_where_to_go_on(cast: SimpleNamespace, charter: Run) -> None:
    happen(cast, 1)
    told = charter("events")
    assert (told.code, "feature.deprecated" in told.out, "pay.stats.amount@1" in told.out) == (0, True, True)
    assert told.err.strip() == "Go on with: charter events --after 1"
    happen(cast, 2)
    lines = charter("events", "--after", "1", "--json").out.splitlines()
    assert [json.loads(line)["data"]["version"] for line in lines] == ["pay.stats.amount@2"]
    refused = charter("events", "--after", "99")
    assert (refused.code, "without after" in refused.err) == (1, True)


def test_it_follows_until_it_is_stopped(
    cast: SimpleNamespace, as_user: Callable[[Any], dict[str, str]]
) -> None:  # fmt: skip
    happen(cast, 1)
    # A test run that a shell started in the background has Ctrl-C ignored, and its children inherit that.
    heeding = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    quicker = "from charter.commands import watching; watching.EVERY = 0.05; from charter.cli import main; main()"
    command = [sys.executable, "-c", heeding + quicker, "--json", "events", "--follow"]
    pipes: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=as_user(cast.owner_a), **pipes) as follower:
        assert follower.stdout is not None
        assert json.loads(follower.stdout.readline())["data"]["version"] == "pay.stats.amount@1"
        happen(cast, 2)
        assert json.loads(follower.stdout.readline())["data"]["version"] == "pay.stats.amount@2"
        follower.send_signal(signal.SIGINT)
        _, said = follower.communicate(timeout=30)
    assert "Traceback" not in said
    assert "Go on with: charter events --after" in said
