"""Papers that applicants send with a request: only they, the city and an owner who is asked about it see them."""

from __future__ import annotations

from sqlalchemy import select

from city import audit, clock, files
from city.db import db
from city.messages import Conflict, NotFound
from city.pdfs import Pdf
from city.pictures import Picture
from leerstand import queries
from leerstand.kinds import RequestState
from leerstand.request_models import RequestPaper
from leerstand.services.requests import CAN_BE_CHANGED

MOST = 6  # of one request; an owner reads no more


def papers_of(request_id: int) -> list[RequestPaper]:
    """The papers of a request, oldest first. Whoever calls has asked who may see the request."""
    query = select(RequestPaper).where(RequestPaper.request_id == request_id)
    return list(db.session.scalars(query.order_by(RequestPaper.id)))


def paper_of(request_id: int, paper_id: int) -> RequestPaper:
    """One of them. One of another request is not found."""
    query = select(RequestPaper).where(RequestPaper.request_id == request_id, RequestPaper.id == paper_id)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("This file is no longer there.")
    return found


def add(applicant_id: int, request_id: int, sent: Picture | Pdf, *, title: str) -> RequestPaper:
    """Keep a paper. Raises Conflict when there are enough, or the request is agreed."""
    request = queries.request_of(applicant_id, request_id, to_change=True)
    if request.state not in (*CAN_BE_CHANGED, RequestState.PROPOSED):
        raise Conflict("The use is agreed. Please send further papers to the city by mail.")
    if len(papers_of(request_id)) >= MOST:
        raise Conflict("There are %(most)d papers already. Please remove one first.", most=MOST)
    kept = files.keep(sent)
    paper = RequestPaper(request_id=request_id, file_id=kept.id, title=title, added_at=clock.now())
    db.session.add(paper)
    audit.record("paper added", "use_request", request_id)
    return paper


def remove(applicant_id: int, request_id: int, paper_id: int) -> None:
    """Delete a paper and its file. Raises Conflict while an owner has it before them."""
    request = queries.request_of(applicant_id, request_id, to_change=True)
    if request.state not in CAN_BE_CHANGED:
        raise Conflict("An owner has this request before them, so its papers stay as they are.")
    paper = paper_of(request_id, paper_id)
    stored = paper.file
    db.session.delete(paper)
    db.session.flush()
    files.remove(stored)
    audit.record("paper removed", "use_request", request_id)
