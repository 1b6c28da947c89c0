"""The features of `asking` in real stores: a table of PostgreSQL, and hashes of Valkey that hold what is online."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from registry.actions.connections import create_connection
from registry.models import Entity, Source
from tests.connectors.feast_bytes import entity_key, number, redis_hash
from tests.governance.asking import ask, decide
from tests.stores import Stores

ROLES = ("svc_ranker", "svc_other", "analysts", "bob_role", "granter", "measurer")
COLUMNS = ("amount", "postcode", "email", "health")


def empty(stores: Stores) -> None:
    """As if nobody had ever been there."""
    stores.run(
        "DROP SCHEMA IF EXISTS features, payroll CASCADE",
        *(f"DROP OWNED BY {one}; DROP ROLE {one}" for (one,) in stores.run(
            f"SELECT rolname FROM pg_roles WHERE rolname IN {ROLES}")),
        *(f"CREATE ROLE {one} LOGIN" for one in ROLES if one != "analysts"), "CREATE ROLE analysts",
        "CREATE SCHEMA features AUTHORIZATION granter",
    )  # fmt: skip
    columns = ", ".join(f"{one} text" for one in COLUMNS)
    stores.run(
        f"CREATE TABLE features.users (user_id int, event_ts timestamptz, {columns})",
        "INSERT INTO features.users VALUES (1, now(), 'a', 'b', 'c', 'd')",
        "GRANT USAGE ON SCHEMA features TO measurer", "GRANT SELECT ON features.users TO measurer", role="granter",
    )  # fmt: skip
    with stores.client() as client:
        client.flushall()
        for user in ("svc_ranker", "svc_other", "granter"):
            client.execute_command("ACL", "DELUSER", user)
        client.execute_command("ACL", "SETUSER", "svc_ranker", "on", ">pw", "+ping", "~own:*", "+get")
        rights = [f"+acl|{one}" for one in ("list", "setuser", "cat", "whoami", "save")]  # as the handbook says
        client.execute_command("ACL", "SETUSER", "granter", "on", ">pw", "resetkeys", "-@all", *rights)
        values: dict[str, Any] = {"amount": number(1), "email": number(2)}
        key = entity_key(user_id=1) + b"pay"
        client.hset(key, mapping=redis_hash("users", datetime.now(UTC), **values))


def make_guarded(asking: SimpleNamespace, stores: Stores, *, is_online: bool = False) -> SimpleNamespace:
    """`asking`, with its view in stores of a connection that payments answers for."""
    empty(stores)
    addresses = {"registry_url": "/nowhere/registry.db", "offline_url": stores.url("measurer")}
    if is_online:
        addresses["online_url"] = stores.redis
    connection = create_connection(asking.cast.payments, actor=asking.cast.admin, name="Shop", addresses=addresses)
    view = asking.view
    view.connection, view.is_online = connection, is_online
    view.source = Source.objects.create(
        project=view.project, name="users", kind="postgres", location="features.users", timestamp_field="event_ts"
    )
    view.save()
    view.entities.add(Entity.objects.create(project=view.project, name="user", join_keys=["user_id"]))
    return SimpleNamespace(**vars(asking), connection=connection, stores=stores)


def switched_on(guarded: SimpleNamespace, place: str = "offline", account: str = "svc_ranker") -> None:
    """The model is `account` there, and an administrator and the team have switched it on."""
    from governance.actions.accounts import name_account, set_granting_login, switch_enforcement

    admin, alice = guarded.cast.admin, guarded.cast.owner_a
    schemas = ["features"] if place == "offline" else None
    set_granting_login(guarded.connection, actor=admin, place=place, login="granter", password="pw", schemas=schemas)
    if account:
        name_account(guarded.connection, actor=alice, place=place, name=account, consumer=guarded.model)
    switch_enforcement(guarded.connection, actor=alice, place=place, is_on=True)


def approved(guarded: SimpleNamespace, *versions: Any, **said: Any) -> Any:
    """Asked for and approved by all who have to."""
    request = ask(guarded, *versions, **said)
    for one in (guarded.cast.owner_a, guarded.cast.member, guarded.second):
        request.refresh_from_db()
        if request.is_open:
            decide(request, one)
    return request
