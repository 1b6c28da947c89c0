"""Scripts for people: whatever a registry calls things, a script says nothing else than a right."""

import ast

import pytest

from connectors.feast.permissions import permissions
from connectors.postgres.granting import granted, revoked
from connectors.postgres.names import parts_of
from connectors.records import ConnectorError
from connectors.rights import Permit, Target
from connectors.snowflake.masking import masking

HOSTILE = ['x"; DROP TABLE users; --', "a'b", "Odd Name", 'quote"', "x\n; --", "é"]


@pytest.mark.parametrize("name", HOSTILE)
def test_postgres_quotes_every_name(name: str) -> None:
    permit = Permit("svc", Target("column", ("s", name, name)))
    quoted = '"' + name.replace('"', '""') + '"'
    assert granted(permit, ("s", name)).as_string(None) == f'GRANT SELECT ({quoted}) ON TABLE "s".{quoted} TO "svc"'
    assert revoked(permit, ("s", name)).as_string(None).startswith(f"REVOKE SELECT ({quoted})")


@pytest.mark.parametrize(
    ("written", "parts"),
    [("users", ("users",)), ("Sales.Users", ("sales", "users")), ('"Sales"."odd ""name"', ("Sales", 'odd "name'))],
)
def test_names_are_read_as_postgres_does(written: str, parts: tuple[str, ...]) -> None:
    assert parts_of(written) == parts


@pytest.mark.parametrize("written", ["", "a.b.c", "a b", "users; DROP", '"open', "a..b", "(SELECT 1)", "a.", "1a"])
def test_what_is_no_name_is_refused(written: str) -> None:
    with pytest.raises(ConnectorError):
        parts_of(written)


@pytest.mark.parametrize("name", [*HOSTILE, "users"])
def test_permissions_of_feast_are_literals(name: str) -> None:
    tree = ast.parse(permissions({(name, True): ["svc_ranker", "bad role"]}))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert [call.func.id for call in calls if isinstance(call.func, ast.Name)] == ["Permission", "RoleBasedPolicy"]
    assert len(tree.body) == 5
    roles = next(word.value for call in calls for word in call.keywords if word.arg == "roles")
    assert ast.literal_eval(roles) == ["svc_ranker"]


def test_a_masking_policy_names_who_may_see() -> None:
    text = masking({("db.public.users", "email"): ("VARCHAR", ["svc_ranker"])})
    assert """CASE WHEN IS_ROLE_IN_SESSION('SVC_RANKER') THEN val ELSE NULL END""" in text
    assert 'ALTER TABLE "DB"."PUBLIC"."USERS" MODIFY COLUMN "EMAIL" SET MASKING POLICY' in text
    assert 'GRANT SELECT ON TABLE "DB"."PUBLIC"."USERS" TO ROLE "SVC_RANKER";' in text


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_not_plain_is_not_masked(name: str) -> None:
    for columns in (
        {(f"db.{name}", "x"): ("VARCHAR", [])},
        {("db.t", name): ("VARCHAR", [])},
        {("t", "c"): ("VARCHAR", [name])},
    ):
        with pytest.raises(ConnectorError):
            masking(columns)
