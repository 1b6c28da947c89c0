"""What an installation keeps for itself, and what it hands to its processes."""

from pathlib import Path

from portal.embedded.environment import child_environment, join_running, kept_secret, write_run_file

SERVICES = {
    "DATABASE_URL": "postgresql://charter:p'w $x@/charter?host=/a b&port=5432",
    "BROKER_URL": "redis://b",
    "CACHE_URL": "redis://c",
}


def test_keys_are_made_once_for_their_owner_alone(tmp_path: Path) -> None:
    first = child_environment(tmp_path, "127.0.0.1", 8000, {})
    again = child_environment(tmp_path, "127.0.0.1", 8000, {})
    assert first["CHARTER_SECRET_KEY"] == again["CHARTER_SECRET_KEY"]
    assert len(first["CHARTER_SECRET_KEY"]) >= 50
    assert first["CHARTER_SECRET_KEY"] != first["CHARTER_ENCRYPTION_KEYS"]
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_two_installations_share_no_key(tmp_path: Path) -> None:
    assert kept_secret(tmp_path / "one") != kept_secret(tmp_path / "two")


def test_what_the_caller_has_set_wins_but_for_where_we_are(tmp_path: Path) -> None:
    said = {"CHARTER_SECRET_KEY": "theirs", "DJANGO_SETTINGS_MODULE": "of.another.project", "PORT": "1"}
    env = child_environment(tmp_path, "127.0.0.1", 8000, said)
    assert env["CHARTER_SECRET_KEY"] == "theirs"
    assert env["DJANGO_SETTINGS_MODULE"] == "portal.settings"
    assert (env["PORT"], env["CHARTER_HOME"]) == ("8000", str(tmp_path))


def test_the_printed_address_is_one_that_a_browser_can_open(tmp_path: Path) -> None:
    for bind, shown in (
        ("127.0.0.1", "localhost"),
        ("::", "localhost"),
        ("10.1.2.3", "10.1.2.3"),
        ("fd00::1", "[fd00::1]"),
    ):
        assert child_environment(tmp_path, bind, 81, {})["CHARTER_BASE_URL"] == f"http://{shown}:81"


def test_a_command_joins_the_running_installation(tmp_path: Path) -> None:
    env = child_environment(tmp_path, "127.0.0.1", 8000, SERVICES)
    write_run_file(tmp_path, env)
    assert (tmp_path / "run.env").stat().st_mode & 0o777 == 0o600
    environ = {"CHARTER_HOME": str(tmp_path), "CACHE_URL": "redis://mine"}
    join_running(tmp_path, environ)
    assert environ["DATABASE_URL"] == SERVICES["DATABASE_URL"]
    assert environ["CHARTER_SECRET_KEY"] == env["CHARTER_SECRET_KEY"]
    assert environ["CACHE_URL"] == "redis://mine"


def test_a_command_with_a_database_of_its_own_does_not_join(tmp_path: Path) -> None:
    write_run_file(tmp_path, child_environment(tmp_path, "127.0.0.1", 8000, SERVICES))
    environ = {"CHARTER_HOME": str(tmp_path), "DATABASE_URL": "postgresql://production/charter"}
    join_running(tmp_path, environ)
    assert set(environ) == {"CHARTER_HOME", "DATABASE_URL"}
