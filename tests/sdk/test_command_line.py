"""The `charter` command as people and builds use it: what it says, in which form, and with which code it ends."""

import json
import re
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from charter.cli import app
from registry.choices import PullKind
from registry.models import AccessToken, Consumer, Feature, Pull
from tests.cast import token_for
from tests.factories import ConnectionFactory, FeatureFactory, ProjectFactory, ViewFactory
from tests.sdk.conftest import Run

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "pay.stats.amount"


@pytest.fixture
def feature(cast: SimpleNamespace) -> Feature:
    view = ViewFactory(project=ProjectFactory(name="pay", owner=cast.payments), name="stats")
    made = FeatureFactory.create(
        view=view, name="amount", privacy_class="none", health="ok", version__privacy_class="none",
        version__default=1.5, version__default_policy="constant",
    )  # fmt: skip
    made.versions.create(number=2, dtype="int64", state="active")
    return made


@pytest.fixture
def here(
    live_server: Any, cast: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Any:  # fmt: skip
    """Runs a command in this process, as the owner."""
    monkeypatch.setenv("CHARTER_URL", live_server.url)
    monkeypatch.setenv("CHARTER_TOKEN", token_for(cast.owner_a, "features:read", "features:write"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    runner = CliRunner()

    def run(*arguments: str, **more: Any) -> Any:
        ended = runner.invoke(app, list(arguments), **more)
        assert "Traceback" not in ended.output
        return ended

    return run


def test_codes_of_the_real_command(charter: Run, feature: Feature) -> None:
    assert charter("check", f"{KEY}@1").code == 0
    assert charter("diff", f"{KEY}@1", f"{KEY}@2").code == 2
    Feature.objects.update(health="unknown")
    assert charter("check", f"{KEY}@1").code == 3
    feature.versions.filter(number=1).update(state="quarantined")
    assert charter("check", f"{KEY}@1").code == 1
    assert charter("can-retire", f"{KEY}@1").code == 1


def test_a_mistake_is_1_and_not_changes(charter: Run) -> None:
    for arguments in (("search", "--nope"), ("nothing",), ("show",), ("diff", "a.b.c@1", "d.e.f@2")):
        ended = charter(*arguments)
        assert (ended.code, ended.out) == (1, ""), arguments
        assert ended.err.startswith("Error: ")
        assert "Fix: " in ended.err


def test_a_refusal_says_what_why_and_what_to_do(charter: Run, feature: Feature) -> None:
    ended = charter("show", "pay.stats.nothing")
    assert (ended.code, ended.out) == (1, "")
    assert re.search(r"Error: .*\nFix: .*\nRequest: [0-9a-f]{32}\n", ended.err)
    assert "Traceback" not in ended.err


def test_nobody_there_is_a_sentence(charter: Run) -> None:
    ended = charter("--url", "http://127.0.0.1:9", "whoami")
    assert ended.code == 1
    assert ended.err.startswith("Error: Charter does not answer")


@pytest.mark.parametrize("arguments", [("--json", "show", KEY), ("show", KEY, "--json"), ("show", "--json", KEY)])
def test_json_may_stand_anywhere(here: Any, feature: Feature, arguments: tuple[str, ...]) -> None:
    assert json.loads(here(*arguments).stdout)["version"]["reference"] == f"{KEY}@1"


def test_yaml_says_the_same(here: Any, feature: Feature) -> None:
    assert yaml.safe_load(here("show", KEY, "--yaml").stdout) == json.loads(here("show", KEY, "--json").stdout)


def test_quiet_leaves_the_code(here: Any, feature: Feature) -> None:
    ended = here("diff", f"{KEY}@1", f"{KEY}@2", "-q")
    assert (ended.exit_code, ended.output) == (2, "")


def test_an_option_behind_wins_over_the_environment(here: Any, cast: SimpleNamespace) -> None:
    other = token_for(cast.viewer, "features:read")
    assert here("whoami", "--token", other).stdout.startswith("vera at http")


def test_the_reference_is_all_that_copy_prints(here: Any, feature: Feature) -> None:
    assert here("copy", KEY).stdout == f"{KEY}@1\n"


def test_deprecation_and_what_stands_in_the_way(here: Any, feature: Feature) -> None:
    sunset = date.today() + timedelta(days=100)
    said = ("--sunset", str(sunset), "--reason", "In cents now.", "--replacement", f"{KEY}@2")
    assert here("deprecate", f"{KEY}@1", *said).exit_code == 0
    with pytest.warns(FutureWarning, match=f"{KEY}@1 is deprecated"):
        here("show", f"{KEY}@1")
    ended = here("can-retire", f"{KEY}@1")
    assert ended.exit_code == 1
    assert ended.stdout.startswith("No. 1 blocker\n")
    assert str(sunset) in ended.stdout
    ended = here("retire", f"{KEY}@1")
    assert ended.exit_code == 1
    assert str(sunset) in ended.stderr


def test_health_of_a_feature_and_of_views(here: Any, feature: Feature) -> None:
    ended = here("health", KEY)
    assert (ended.exit_code, "null rate       unknown" in ended.stdout) == (0, True)
    assert "pay.stats" in here("health", "--project", "pay").stdout
    feature.view.__class__.objects.update(health="crit")
    assert here("health", "--state", "crit").exit_code == 1
    assert json.loads(here("health", "--json").stdout)[0]["view"] == "pay.stats"


def test_defaults_as_a_signed_file(here: Any, feature: Feature, tmp_path: Path) -> None:
    consumer = Consumer.objects.create(kind="service", name="checkout")
    consumer.usages.create(feature=feature, number=1, evidence="declared")
    out = tmp_path / "defaults.json"
    ended = here("defaults", "bundle", "service:checkout", "-o", str(out))
    assert ended.exit_code == 0, ended.output
    assert f"{KEY}@1" in ended.stdout
    assert {"payload", "signature", "key_id"} <= json.loads(out.read_text()).keys()
    shown = json.loads(here("defaults", "show", f"{KEY}@1", "--json").stdout)
    assert shown[0]["default"] == 1.5
    assert here("defaults", "bundle", "service:checkout", "-o", str(tmp_path)).exit_code == 1


def test_declaring_makes_the_consumer_where_that_is_asked_for(here: Any, feature: Feature) -> None:
    said = ("declare", "model:new", "--features", "-")
    assert here(*said, input=f"# what it reads\n{KEY}@1\n").exit_code == 1
    ended = here(*said, "--team", "payments", input=f"{KEY}@1\n")
    assert ended.exit_code == 0, ended.output
    assert Consumer.objects.get(name="new").usages.get().number == 1


def test_stores_and_jobs(here: Any, cast: SimpleNamespace) -> None:
    connection = ConnectionFactory.create(slug="prod", owner=cast.payments, settings={"registry_url": "/r.db"})
    assert "prod" in here("connections", "list").stdout
    begun = here("connections", "sync", "prod", "--no-wait", "--json")
    assert begun.exit_code == 0, begun.output
    job = json.loads(begun.stdout)["id"]
    assert job in here("jobs", "list").stdout
    for state, code in (("succeeded", 0), ("partial", 3), ("failed", 1), ("cancelled", 1)):
        ended = Pull.objects.create(connection=connection, kind=PullKind.DEFINITIONS, state=state, counts={"views": 2})
        watched = here("jobs", "watch", ended.reference)
        assert (watched.exit_code, "2 views" in watched.stdout) == (code, True), watched.output
    assert here("connectors", "sync", "nothing").exit_code == 1


def test_a_token_from_making_to_ending(here: Any, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARTER_TOKEN", token_for(cast.owner_a, "features:read", "admin"))
    made = here("token", "create", "for the build", "--scope", "features:read")
    secret = made.stdout.strip()
    assert secret.startswith("charter_pat_")
    assert "for the build" in here("token", "list").stdout
    assert secret not in here("token", "list", "--json").stdout
    token = AccessToken.objects.get(name="for the build")
    assert here("whoami", "--token", secret).exit_code == 0
    assert here("token", "revoke", token.public_id).exit_code == 0
    assert here("whoami", "--token", secret).exit_code == 1


def test_login_is_kept_for_this_user_and_this_address(
    here: Any, live_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cast: SimpleNamespace
) -> None:
    monkeypatch.delenv("CHARTER_TOKEN")
    monkeypatch.delenv("CHARTER_URL")
    assert here("login", live_server.url, "--token", "charter_pat_wrong").exit_code == 1
    assert here("login", live_server.url, input=f"{token_for(cast.owner_a, 'features:read')}\n").exit_code == 0
    [kept] = tmp_path.rglob("login.json")
    assert kept.stat().st_mode & 0o077 == 0
    assert here("whoami").stdout.startswith("alice at http")
    other = live_server.url.replace("localhost", "127.0.0.1")
    ended = here("whoami", "--url", other if other != live_server.url else "http://other.test")
    assert ended.exit_code == 1
    assert "Who asks?" in ended.stderr, "somebody else's Charter does not get this token"


def test_doctor_tries_address_clock_token_and_scopes(here: Any, live_server: Any) -> None:
    ended = here("doctor", "--json")
    assert ended.exit_code == 0, ended.output
    assert [one["what"] for one in json.loads(ended.stdout)] == ["client", "address", "clock", "token", "scopes"]
    ended = here("doctor", "--token", "charter_pat_wrong")
    assert ended.exit_code == 1
    assert re.search(r"^token +wrong", ended.stdout, re.MULTILINE)
    ended = here("doctor", "--url", "http://127.0.0.1:9")
    assert (ended.exit_code, "address   wrong" in ended.stdout) == (1, True)


def test_help_version_and_completion(charter: Run) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", charter("--version").out)
    every = charter("--help")
    assert every.code == 0
    for command in ("search", "check", "defaults", "connections", "jobs", "token", "plan"):
        assert f" {command} " in every.out
    completed = charter(_CHARTER_COMPLETE="complete_bash", COMP_WORDS="charter can", COMP_CWORD="1")
    assert "can-retire" in completed.out or completed.code == 0
