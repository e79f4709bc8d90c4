"""Passwords: long, not guessed first, the same on every keyboard. No other rules."""

from __future__ import annotations

import pytest

from city import passwords
from routing.message import BadInput

KNOWN = ["anna.albers@example.org", "Anna Albers", "Lüneburg", "Hansestadt Lüneburg", "Teeladen am Sande"]


@pytest.mark.parametrize(
    "password",
    [
        "Kran Pinsel Mondlicht",
        "kranpinselmond",
        "mondmondkranx",
        "2749 1183 5561",
        "            x y z w 4 7",
        "!§$%&/()=?+#",
        "päckchen ölig süß",
        "Lüneburg hat schöne Giebel",
        "a" * 190 + "bxdyfw",
    ],
)
def test_what_is_long_and_not_obvious_is_taken(password):
    """
    No capital, no digit, no sign is asked for; any character may be used.
    """
    assert passwords.is_right(password, passwords.hashed(password, known_words=KNOWN))


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("Kran Pinsel", "The password has 11 characters. Please choose one with at least 12."),
        ("ü" * 11, "The password has 11 characters. Please choose one with at least 12."),
        ("x" * 150 + "y" * 51, "The password has 201 characters. At most 200 are possible."),
        ("anna.albers@example.org", "This password is easy to guess"),
        ("AnnaAlbers1987", "This password is easy to guess"),
        ("Lüneburg2026!", "This password is easy to guess"),
        ("lueneburg-lueneburg", "This password is easy to guess"),
        ("TEELADEN am sande 12", "This password is easy to guess"),
        ("Passwort12345", "This password is easy to guess"),
        ("passwordpassword", "This password is easy to guess"),
        ("123456789012", "This password is easy to guess"),
        ("qwertzuiop12", "This password is easy to guess"),
        ("aaaaaaaaaaaaaaaa", "This password is easy to guess"),
        ("!!!!!!!!!!!!????", "This password is easy to guess"),
    ],
)
def test_what_everyone_would_try_first_is_refused(password, why):
    """
    The sentence says which rule it was, with the numbers.
    """
    with pytest.raises(BadInput, match=why):
        passwords.hashed(password, known_words=KNOWN)


def test_two_ways_of_writing_an_umlaut_are_one_password():
    """
    A Mac may send u and two dots where Windows sends ü.
    """
    kept = passwords.hashed("grüne Fähre im Mai", known_words=())

    assert passwords.is_right("gru\u0308ne Fa\u0308hre im Mai", kept)
    assert not passwords.is_right("grune Fahre im Mai", kept)


def test_white_space_and_capitals_belong_to_the_password():
    """
    It is taken as typed.
    """
    kept = passwords.hashed(" Kran Pinsel Mond ", known_words=())

    assert not passwords.is_right("Kran Pinsel Mond", kept)
    assert not passwords.is_right(" kran pinsel mond ", kept)


def test_the_same_password_is_never_kept_twice_the_same():
    """
    argon2id with a salt of its own.
    """
    first, second = (passwords.hashed("Kran Pinsel Mond", known_words=()) for _ in range(2))

    assert first != second
    assert first.startswith("$argon2id$")


@pytest.mark.parametrize("kept", [None, "", "no hash at all", "$argon2id$v=19$broken"])
def test_without_a_proper_hash_no_password_is_right(kept):
    """
    An account without a password, or a broken row, lets nobody in.
    """
    assert not passwords.is_right("nobody has this password", kept)
    assert not passwords.is_right("", kept)


def test_a_hash_of_weaker_days_is_renewed():
    """
    Only one that is weaker than today's.
    """
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash("Kran Pinsel Mond")

    assert passwords.is_right("Kran Pinsel Mond", weak)
    better = passwords.hashed_better("Kran Pinsel Mond", weak)
    assert better is not None
    assert passwords.is_right("Kran Pinsel Mond", better)
    assert passwords.hashed_better("Kran Pinsel Mond", better) is None


def test_a_huge_password_costs_no_more_than_a_long_one():
    """
    A megabyte is cut before it is looked at.
    """
    assert not passwords.is_right("x" * 1_000_000, passwords.hashed("Kran Pinsel Mond", known_words=()))
    with pytest.raises(BadInput, match="At most 200"):
        passwords.hashed("x" * 1_000_000, known_words=())
