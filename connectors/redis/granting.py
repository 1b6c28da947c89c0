"""Rights in Redis 7 and Valkey: one selector of a user for each pattern of keys.

A selector is a rule apart: what the platform team has set for the user stays as it is. The list is held by one node,
and only what `ACL SAVE` wrote survives a restart.
"""

from collections.abc import Sequence

import redis

from connectors.records import ConnectorError, Right
from connectors.redis.rules import Account, account_of, gives, may_run, selector
from connectors.redis.session import connected
from connectors.rights import Permit, Reach, Rights, Target, checked

NEEDS = "+acl|list +acl|setuser +acl|cat +acl|whoami +acl|save"
NEEDS_TO_LOOK = "+acl|list +acl|cat +acl|whoami"


class RedisGate:
    """One server. Of a cluster or its replicas only the node that the address names knows these rights."""

    def __init__(self, url: str, *, login: tuple[str, str] | None) -> None:
        self._url, self._login = url, login

    def test(self) -> list[Right]:
        try:
            with connected(self._url, login=self._login, needs=NEEDS) as client:
                own = _text(client.execute_command("ACL", "WHOAMI"))
                accounts = _accounts(client)
                administers = {"admin": _category(client, "admin")}
        except ConnectorError as error:
            return [Right("Read the access list", False, str(error), error.fix)]
        commands = accounts[own].own.commands if own in accounts else ()
        may_set = may_run(commands, "acl|setuser", administers) or may_run(commands, "acl", administers)
        return [
            Right("Read the access list", True, f"As {own}: {len(accounts):,} users."),
            Right("Set users", may_set, "ACL SETUSER is allowed." if may_set else "", f"ACL SETUSER {own} {NEEDS}"),
        ]

    def holds(self, permit: Permit) -> bool:
        with connected(self._url, login=self._login, needs=NEEDS) as client:
            account = _accounts(client).get(permit.account)
        return account is not None and any(gives(one, _keys(permit.target)) for one in account.selectors)

    def give(self, permit: Permit) -> None:
        keys = _keys(checked(permit).target)
        with connected(self._url, login=self._login, needs=NEEDS) as client:
            account = _accounts(client).get(permit.account)
            if account is None:  # SETUSER would make one
                raise ConnectorError(
                    f"Redis has no user {permit.account}.", fix="Create it, or correct who the reader is in this store."
                )
            if not any(gives(one, keys) for one in account.selectors):
                client.execute_command("ACL", "SETUSER", permit.account, selector(keys))
                _save(client)

    def take(self, permit: Permit) -> str:
        """All selectors are set anew without this one, in one command: Redis removes none by itself."""
        keys = _keys(checked(permit).target)
        with connected(self._url, login=self._login, needs=NEEDS) as client:
            account = _accounts(client).get(permit.account)
            if account is None:
                return ""
            kept = [one.text for one in account.selectors if not gives(one, keys)]
            if len(kept) < len(account.selectors):
                client.execute_command("ACL", "SETUSER", permit.account, "clearselectors", *kept)
                _save(client)
        found = self.rights([permit.target])
        return next((one.said for one in found.reaches if one.account == permit.account), "")

    def rights(self, targets: Sequence[Target]) -> Rights:
        with connected(self._url, login=self._login, needs=NEEDS_TO_LOOK) as client:
            accounts = _accounts(client)
            categories = {word[2:] for one in accounts.values() for word in _words(one) if word[1:2] == "@"}
            allowed = {name: _category(client, name) for name in sorted(categories - {"all"})}
            own = _text(client.execute_command("ACL", "WHOAMI"))
        found = [
            Reach(place, one.name, "keys", f"~{shown(pattern)}{'' if one.needs_password else ', without a password'}")
            for place, target in enumerate(targets)
            for one in accounts.values()
            if one.is_on and (pattern := one.pattern_for(_keys(target), allowed)) is not None
        ]
        return Rights(found, {}, frozenset(accounts), own)


def _accounts(client: "redis.Redis") -> dict[str, Account]:
    found = map(account_of, client.execute_command("ACL", "LIST"))
    return {one.name: one for one in found}


def _words(account: Account) -> tuple[str, ...]:
    return tuple(word for rule in (account.own, *account.selectors) for word in rule.commands)


def _category(client: "redis.Redis", name: str) -> frozenset[str]:
    return frozenset(map(_text, client.execute_command("ACL", "CAT", name)))


def _save(client: "redis.Redis") -> str:
    """Keep the list over a restart, where the server has a file for it. Says why not otherwise."""
    try:
        client.execute_command("ACL", "SAVE")
    except redis.exceptions.NoPermissionError:
        return "This user may not ACL SAVE."
    except redis.ResponseError:
        return "The server has no file of users: a restart forgets what was set."
    return ""


def _keys(target: Target) -> bytes:
    return target.path[0].encode("latin-1")


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def shown(pattern: bytes) -> str:
    """For people, and between double quotes for redis-cli."""
    return "".join(chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\x{byte:02x}" for byte in pattern)
