"""Filters of the register that somebody wants to see again; each person has their own."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from sqlalchemy import func, select

from city.db import db
from city.messages import Conflict, NotFound
from leerstand.models import SavedView

MOST = 20  # views of one person


def views_of(account_id: int) -> list[SavedView]:
    """The views of this person by name."""
    query = select(SavedView).where(SavedView.account_id == account_id)
    return list(db.session.scalars(query.order_by(SavedView.name, SavedView.id)))


def save(account_id: int, name: str, question: str) -> SavedView:
    """Keep a filter under a name; a view of that name is replaced. Raises :class:`Conflict` when there are too many."""
    question = urlencode([pair for pair in parse_qsl(question) if pair[0] != "page"])
    found = db.session.scalar(select(SavedView).where(SavedView.account_id == account_id, SavedView.name == name))
    if found is not None:
        found.question = question
        return found
    count = db.session.scalar(select(func.count(SavedView.id)).where(SavedView.account_id == account_id)) or 0
    if count >= MOST:
        raise Conflict("You have %(most)d views already. Please delete one first.", most=MOST)
    made = SavedView(account_id=account_id, name=name, question=question)
    db.session.add(made)
    return made


def forget(account_id: int, view_id: int) -> None:
    """Delete a view of this person. Somebody else's is not found."""
    found = db.session.scalar(select(SavedView).where(SavedView.account_id == account_id, SavedView.id == view_id))
    if found is None:
        raise NotFound("There is no such view. It may have been deleted.")
    db.session.delete(found)
