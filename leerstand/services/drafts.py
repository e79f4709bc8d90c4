"""Deeds on unfinished requests: keep what was typed, however incomplete, and forget it when it is finished."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from city import clock
from city.db import db
from city.messages import Conflict, NotFound
from city.models import Account
from leerstand.request_models import RequestDraft

MOST_DRAFTS = 20  # of one person; more is a slip or an attack
MOST_LETTERS = 8000  # of all fields together


def draft_of(applicant_id: int, draft_id: int) -> RequestDraft:
    """One's own draft. Someone else's is not found."""
    query = select(RequestDraft).where(RequestDraft.id == draft_id, RequestDraft.applicant_id == applicant_id)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("There is no such draft. It may have become a request already.")
    return found


def drafts_of(applicant_id: int) -> list[RequestDraft]:
    """One's own drafts, the newest first."""
    query = select(RequestDraft).where(RequestDraft.applicant_id == applicant_id)
    return list(db.session.scalars(query.order_by(RequestDraft.saved_at.desc(), RequestDraft.id.desc())))


def keep_draft(applicant: Account, typed: Mapping[str, list[str]], draft_id: int | None = None) -> RequestDraft:
    """Keep what was typed. Raises Conflict for too many drafts or too long a text."""
    clean = {name: [text.replace("\0", "") for text in texts] for name, texts in typed.items()}
    if sum(len(text) for texts in clean.values() for text in texts) > MOST_LETTERS:
        raise Conflict("This is too long for a draft: at most %(most)d characters in all fields.", most=MOST_LETTERS)
    if draft_id is None:
        if len(drafts_of(applicant.id)) >= MOST_DRAFTS:
            raise Conflict("You have %(most)d drafts already. Please finish or delete one first.", most=MOST_DRAFTS)
        draft = RequestDraft(applicant_id=applicant.id, typed=clean, saved_at=clock.now())
        db.session.add(draft)
        db.session.flush()
        return draft
    draft = draft_of(applicant.id, draft_id)
    draft.typed, draft.saved_at = clean, clock.now()
    return draft


def forget_draft(applicant_id: int, draft_id: int) -> None:
    """It is finished, or no longer wanted."""
    db.session.delete(draft_of(applicant_id, draft_id))
