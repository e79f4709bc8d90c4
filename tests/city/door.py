"""How tests go through the front door: with an address and a password."""

from __future__ import annotations

import re

from city import passwords

PASSWORD = "Kran Pinsel Mondlicht"
HASH = passwords.hashed(PASSWORD, known_words=())


def sign_in(browser, password=PASSWORD, email="anna@example.org", next_page=None, address="192.0.2.7", **headers):
    return browser.post(
        "/login",
        query_string={"next": next_page} if next_page else None,
        data={"email": email, "password": password},
        headers=headers,
        environ_overrides={"REMOTE_ADDR": address},
    )


def without_token(answer):
    return re.sub(r'name="csrf_token"[^>]*', "", answer.text)


def is_in(browser) -> bool:
    return browser.get("/account").status_code == 200
