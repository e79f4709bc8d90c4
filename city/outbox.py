"""Mail goes out in two steps: a row in the caller's transaction, then the worker sends it."""

from __future__ import annotations

import logging
import smtplib
import ssl
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import select, update

from city import clock
from city.config import Config
from city.db import db, every_city, transaction
from city.models import Mail

log = logging.getLogger(__name__)
MAX_TRIES = 8  # with the waits below the last one comes after about a day
FIRST_WAIT = timedelta(minutes=1)
WAIT_FACTOR = 4
MAX_WAIT = timedelta(hours=6)
SMTP_TIMEOUT_S = 30


def send(recipient: str, *, subject: str, text: str) -> None:
    """Put a mail into the outbox, in the caller's transaction."""
    now = clock.now()
    line = " ".join(subject.split())  # a line break in a subject would begin a new header
    db.session.add(Mail(recipient=recipient, subject=line, text=text, queued_at=now, next_try_at=now))


def deliver_due(config: Config) -> int:
    """Send every mail that is due; returns how many went out. A mail that fails is tried again later."""
    with every_city():
        due = select(Mail.id).where(Mail.sent_at.is_(None), Mail.given_up_at.is_(None), Mail.next_try_at <= clock.now())
        ids = list(db.session.scalars(due.order_by(Mail.id).limit(50)))
        db.session.rollback()
        return sum(_deliver(mail_id, config) for mail_id in ids)


def _deliver(mail_id: int, config: Config) -> bool:
    with transaction():  # whoever takes the mail moves its next try on first, so no other worker sends it too
        query = select(Mail).where(Mail.id == mail_id, Mail.sent_at.is_(None), Mail.next_try_at <= clock.now())
        mail = db.session.scalar(query.with_for_update(skip_locked=True))
        if mail is None:
            return False
        mail.tries += 1
        mail.next_try_at = clock.now() + min(MAX_WAIT, FIRST_WAIT * WAIT_FACTOR ** (mail.tries - 1))
    try:
        _hand_over(mail, config)
    except (OSError, smtplib.SMTPException) as problem:
        log.warning("mail not sent", extra={"mail": mail_id, "tries": mail.tries, "problem": type(problem).__name__})
        if mail.tries >= MAX_TRIES:
            _note(mail_id, given_up_at=clock.now())
        return False
    _note(mail_id, sent_at=clock.now())
    return True


def _note(mail_id: int, **values: datetime) -> None:
    with transaction():
        db.session.execute(update(Mail).where(Mail.id == mail_id).values(**values))


def _hand_over(mail: Mail, config: Config) -> None:
    message = EmailMessage(policy=SMTP)
    message["From"] = config.mail_from or "zwischenraum@localhost"
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Message-ID"] = f"<mail-{mail.id}@zwischenraum.local>"  # the same at every try, so doubles can be seen
    message.set_content(mail.text)
    if config.smtp_url:
        _send_by_smtp(message, config.smtp_url)
    else:
        _write_to_folder(message, config.data_dir / "mail", mail.id)


def _send_by_smtp(message: EmailMessage, url: str) -> None:
    parts = urlsplit(url)
    host, port = parts.hostname or "localhost", parts.port
    context = ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port or 465, timeout=SMTP_TIMEOUT_S, context=context)
    else:
        server = smtplib.SMTP(host, port or 587, timeout=SMTP_TIMEOUT_S)
    with server:
        if parts.scheme == "smtp" and host not in ("localhost", "127.0.0.1", "::1"):
            server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)


def _write_to_folder(message: EmailMessage, folder: Path, mail_id: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f".{mail_id}.part"
    unfinished.write_bytes(message.as_bytes())
    unfinished.replace(folder / f"{mail_id:06d}.eml")
