"""Reads the mail that the house has written, as its recipients would."""

from __future__ import annotations

import re

from sqlalchemy import select

from city.db import db
from city.models import Mail
from tests.conftest import PUBLIC_URL


def mails(recipient: str | None = None) -> list[Mail]:
    """All mail so far, or that of one person; the oldest first."""
    db.session.rollback()
    query = select(Mail).order_by(Mail.id).execution_options(populate_existing=True)
    return [mail for mail in db.session.scalars(query) if recipient in (None, mail.recipient)]


def path_in(mail: Mail) -> str:
    """The path of the first address in a mail, ready for a test client."""
    found = re.search(re.escape(PUBLIC_URL) + r"(/\S+)", mail.text)
    assert found, mail.text
    return found[1]
