"""Passwords: kept as argon2id hashes, long enough, and not what everyone would guess first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from routing.message import BadInput

SHORTEST = 12  # characters; NIST SP 800-63B and ASVS 5.0 V6.2: length counts, composition does not
LONGEST = 200  # hashing more costs time and protects nothing
LEAST_OWN = 6  # different characters that are left once the guessable words are gone
GUESSED_FIRST = (
    *("passwort", "password", "kennwort", "geheim", "hallo", "willkommen", "welcome", "zwischenraum", "schatz"),
    *("iloveyou", "letmein", "admin", "abcdefghijklmnopqrstuvwxyz", "abcdef", "abc", "asdfghjkl", "asdf", "yxcvbnm"),
    *("qwertzuiop", "qwertyuiop", "qwertz", "qwerty", "1q2w3e4r", "01234567890", "1234567890", "0987654321"),
    *("123456789", "12345678", "1234567", "123456", "12345", "1234", "123", "987654321", "87654321", "654321"),
)

# OWASP Password Storage: argon2id with 46 MiB and one pass; about 0.1 s on the smallest server.
_hasher = PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1)
_NOBODYS = _hasher.hash("nobody has this password")


def hashed(password: str, *, known_words: Iterable[str]) -> str:
    """What the database keeps of a new password.

    ``known_words`` are what a guesser knows of the person: address, name, town.
    Raises BadInput with a sentence if the password is too short, too long or made of such words.
    """
    text = _normal(password)
    if len(text) < SHORTEST:
        raise BadInput(
            "The password has %(has)d characters. Please choose one with at least %(least)d.",
            has=len(text),
            least=SHORTEST,
        )
    if len(text) > LONGEST:
        raise BadInput(
            "The password has %(has)d characters. At most %(most)d are possible.", has=len(text), most=LONGEST
        )
    if len(_own_characters(text, [*known_words, *GUESSED_FIRST])) < LEAST_OWN:
        raise BadInput(
            "This password is easy to guess: without your name, your address, the town and common words, too little "
            "of it is left. Please choose other words."
        )
    return _hasher.hash(text)


def is_right(password: str, password_hash: str | None) -> bool:
    """Whether the password belongs to the hash. Takes as long for an account that does not exist (None)."""
    try:
        _hasher.verify(password_hash or _NOBODYS, _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return bool(password_hash)


def hashed_better(password: str, password_hash: str) -> str | None:
    """The right password hashed anew, if the rules for hashing have become stricter since; else None."""
    return _hasher.hash(_normal(password)) if _hasher.check_needs_rehash(password_hash) else None


def _normal(password: str) -> str:
    """The same letters give the same hash on every keyboard: ü may be one character or two."""
    return unicodedata.normalize("NFKC", password[: 4 * LONGEST])


def _own_characters(text: str, words: Iterable[str]) -> set[str]:
    """The different letters and digits that belong to none of the words, and the different signs."""
    left = _plain(text)
    parts = {part for word in words for part in (_plain(word), *map(_plain, re.split(r"[\W_]+", word)))}
    for part in sorted(parts, key=len, reverse=True):
        if len(part) >= 3:
            left = left.replace(part, " ")
    signs = set(re.findall(r"[^\w\s]|_", text))
    return signs | set(left) - {" "}


def _plain(text: str) -> str:
    """Small letters and digits only; umlauts in their two ways of writing count as one."""
    folded = _normal(text).casefold().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    return re.sub(r"[\W_]+", "", folded)
