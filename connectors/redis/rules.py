"""The access list of Redis 7 and Valkey: users, their keys and commands, as `ACL LIST` says them.

Passwords are part of what it says, as hashes. They are dropped while it is read.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from connectors.redis.globs import have_in_common

# Whatever answers with what a hash holds. A script runs under the rights of who calls it.
READING = ("hget", "hmget", "hgetall", "hvals", "hscan", "hrandfield", "hgetdel", "hgetex", "dump")
GIVEN = ("hget", "hmget", "hgetall")


@dataclass(frozen=True, slots=True)
class Rule:
    """Keys and the commands for them: a user's own, or one of its selectors."""

    keys: tuple[bytes, ...]  # that may be read
    commands: tuple[str, ...]
    text: bytes = b""  # of a selector, as it is


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    is_on: bool
    needs_password: bool
    own: Rule
    selectors: tuple[Rule, ...]

    def pattern_for(self, keys: bytes, allowed: Mapping[str, Collection[str]]) -> bytes | None:
        """The pattern by which the account can read some of these keys; None where it cannot."""
        for rule in (self.own, *self.selectors):
            if any(may_run(rule.commands, command, allowed) for command in READING):
                for pattern in rule.keys:
                    if have_in_common(pattern, keys):
                        return pattern
        return None


def selector(keys: bytes) -> bytes:
    """The rule that lets a user read these keys, and do nothing else."""
    return b"(-@all " + b" ".join(f"+{name}".encode() for name in GIVEN) + b" %R~" + keys + b")"


def gives(rule: Rule, keys: bytes) -> bool:
    """Whether a selector is the one that `selector` makes."""
    return rule.keys == (keys,) and {f"+{name}" for name in GIVEN} == set(rule.commands) - {"-@all"}


def account_of(line: bytes) -> Account:
    """One line of `ACL LIST`."""
    _, name, *words = line.split(b" ")
    own: list[bytes] = []
    selectors: list[list[bytes]] = []
    is_inside = False
    for word in words:
        if not is_inside and word.startswith(b"("):
            is_inside = True
            selectors.append([])
        (selectors[-1] if is_inside else own).append(word)
        is_inside = is_inside and not word.endswith(b")")
    return Account(
        name.decode("utf-8", "replace"), b"on" in own, b"nopass" not in own, _rule(own),
        tuple(_rule(text[1:-1].split(b" "), text) for text in map(b" ".join, selectors)),
    )  # fmt: skip


def _rule(words: list[bytes], text: bytes = b"") -> Rule:
    keys = [pattern for word in words if (pattern := _readable(word)) is not None]
    commands = [word.decode("utf-8", "replace") for word in words if word[:1] in (b"+", b"-")]
    return Rule(tuple(keys), tuple(commands), text)


def _readable(word: bytes) -> bytes | None:
    """The pattern of a word such as ~cache:* or %R~cache:*; None for what is none, or lets nobody read."""
    if word.startswith(b"~"):
        return word[1:]
    mode, sign, pattern = word.partition(b"~")
    return pattern if sign and mode.startswith(b"%") and b"R" in mode else None


def may_run(commands: tuple[str, ...], name: str, allowed: Mapping[str, Collection[str]]) -> bool:
    """The last word about a command counts. `allowed` are the commands of each category."""
    verdict = False
    for word in commands:
        is_about_it = word[1:] in (name, "@all") or word[1:2] == "@" and name in allowed.get(word[2:], ())
        if is_about_it:
            verdict = word[0] == "+"
    return verdict
