"""What somebody may read in a store, as plain data: what Charter asks a store for, and what the store says.

Stores know accounts (a role of PostgreSQL, a user of Redis) and things (a column, keys), neither features nor purposes.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from connectors.records import ConnectorError, Right

TargetKind = Literal["column", "table", "schema", "keys"]
Way = Literal["column", "table", "owner", "reads-all", "superuser", "keys"]
# Above all rights: no GRANT gives them and no REVOKE takes them.
BY_NATURE: tuple[Way, ...] = ("owner", "superuser", "reads-all")
# Plain letters, whatever a store would allow: quoting is then a second wall, not the only one.
ACCOUNT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@-]{0,62}")
# `TO "public"` is everybody in PostgreSQL, quoted or not; `default` is who comes to Redis without a name.
RESERVED = frozenset({"public", "none", "default", "current_user", "session_user", "current_role", "user", "all"})


@dataclass(frozen=True, slots=True)
class Target:
    """Something that can be read. `path` is, by kind: the parts of a table's name and a column; names of which the
    first that exists is the table; a schema; a glob of keys with every byte a character of Latin-1."""

    kind: TargetKind
    path: tuple[str, ...]

    @property
    def said(self) -> str:
        match self.kind:
            case "column":
                return f"column {'.'.join(self.path)}"
            case "keys":
                return f"keys {repr(self.path[0].encode('latin-1'))[2:-1]}"[:400]
            case kind:
                return f"{kind} {self.path[0]}"


@dataclass(frozen=True, slots=True)
class Permit:
    """That an account may read something."""

    account: str
    target: Target

    @property
    def said(self) -> str:
        return f"{self.account} reads {self.target.said}"


@dataclass(frozen=True, slots=True)
class Reach:
    """That an account can read the target at this place of those that were asked about, and how. `through` is the role
    or pattern that gives it; empty where it is the account's own."""

    place: int
    account: str
    way: Way
    through: str = ""
    can_login: bool = True

    @property
    def said(self) -> str:
        match self.way:
            case "superuser":
                return "is a superuser"
            case "owner":
                return f"belongs to its owner {self.through}" if self.through else "owns it"
            case "reads-all":
                return "reads everything (pg_read_all_data)"
            case "keys":
                return f"has keys {self.through}"
            case way:
                right = "a right on the column" if way == "column" else "a right on the whole table"
                return f"has {right}{f' through {self.through}' if self.through else ''}"


@dataclass(frozen=True, slots=True)
class Rights:
    """Who can read what was asked about. `unknown` says by place why the store would not tell."""

    reaches: Sequence[Reach] = ()
    unknown: Mapping[int, str] = field(default_factory=dict)
    accounts: frozenset[str] = frozenset()  # that the store has
    own: str = ""  # the account that asked


class Gate(Protocol):
    """A store that gives and takes rights. Everything may be done again: what is there already is left as it is."""

    def test(self) -> list[Right]: ...
    def holds(self, permit: Permit) -> bool:
        """Whether the account has this very right by itself, not by others."""
        ...

    def give(self, permit: Permit) -> None:
        """Raises ConnectorError where the right is not there afterwards."""
        ...

    def take(self, permit: Permit) -> str:
        """Take the right away. Says how the account can read it all the same; empty where it cannot."""
        ...

    def rights(self, targets: Sequence[Target]) -> Rights: ...


def why_no_account(name: str) -> str:
    """Why this cannot be the name of somebody in a store; empty where it can."""
    if ACCOUNT.fullmatch(name) is None:
        return "Use 1 to 63 letters, digits, _ . @ and -, beginning with a letter, a digit or _."
    if name.casefold() in RESERVED or name.casefold().startswith("pg_"):
        return f"{name} means something else to stores. Use an account that is one reader's own."
    return ""


def checked(permit: Permit) -> Permit:
    """Asked again where a right is made, whoever has checked before."""
    if why := why_no_account(permit.account):
        raise ConnectorError(f"This is no account's name. {why}")
    return permit
