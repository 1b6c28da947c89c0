"""Patterns of keys as Redis reads them: do two of them have a key in common?"""

ANY = (1 << 256) - 1  # one bit for each byte
_SPECIAL = b"*?[]\\^-"


def literal(text: bytes) -> bytes:
    """A pattern of exactly these bytes, as an access list can hold it: that takes neither spaces nor NUL."""
    return b"".join(_letter(byte) for byte in text)


def _letter(byte: int) -> bytes:
    if byte == 0 or bytes([byte]).isspace():
        return b"?"
    return b"\\" + bytes([byte]) if byte in _SPECIAL else bytes([byte])


def have_in_common(one: bytes, other: bytes) -> bool:
    """Whether some key fits both patterns."""
    left, right = _parsed(one), _parsed(other)
    row = _opening(right)
    for letter in left:
        row = _next(row, letter, right)
    return row[-1]


def _opening(right: list[int | None]) -> list[bool]:
    """With nothing of the left pattern read, how much of the right one may stand for nothing."""
    row = [True]
    for letter in right:
        row.append(row[-1] and letter is None)
    return row


def _next(before: list[bool], letter: int | None, right: list[int | None]) -> list[bool]:
    """`before[j]`: all of the left pattern so far and the first j of the right one have a text in common."""
    row = [before[0] and letter is None]
    for at, other in enumerate(right):
        if letter is None:
            row.append(before[at + 1] or row[at])
        elif other is None:
            row.append(row[at] or before[at + 1])
        else:
            row.append(before[at] and bool(letter & other))
    return row


def _parsed(pattern: bytes) -> list[int | None]:
    """Each letter as the bytes that it may be; None for any number of any bytes."""
    found: list[int | None] = []
    at = 0
    while at < len(pattern):
        byte = pattern[at]
        if byte == ord("*"):
            found.append(None)
        elif byte == ord("?"):
            found.append(ANY)
        elif byte == ord("["):
            bits, at = _class(pattern, at + 1)
            found.append(bits)
        else:
            if byte == ord("\\") and at + 1 < len(pattern):
                at += 1
            found.append(1 << pattern[at])
        at += 1
    return found


def _class(pattern: bytes, at: int) -> tuple[int, int]:
    """The bytes of a class that begins at `at`, and where it ends: at its bracket or, as Redis has it, at the end."""
    is_negated = pattern[at : at + 1] == b"^"
    at += is_negated
    bits = 0
    while at < len(pattern) and pattern[at] != ord("]"):
        if pattern[at] == ord("\\") and at + 1 < len(pattern):
            at += 1
            bits |= 1 << pattern[at]
        elif pattern[at + 1 : at + 2] == b"-" and at + 2 < len(pattern):
            low, high = sorted((pattern[at], pattern[at + 2]))
            bits |= ((1 << (high - low + 1)) - 1) << low
            at += 2
        else:
            bits |= 1 << pattern[at]
        at += 1
    return (ANY & ~bits if is_negated else bits), at
