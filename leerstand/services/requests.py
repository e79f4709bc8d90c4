"""Deeds on requests: an applicant writes, sends and takes back; the city may say no."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from city import audit, clock
from city.db import db
from city.messages import Conflict
from city.models import Account
from leerstand import mails, queries
from leerstand.kinds import RequestState
from leerstand.models import UseRequest

CAN_BE_CHANGED = (RequestState.DRAFT, RequestState.SUBMITTED, RequestState.REJECTED, RequestState.WITHDRAWN)


def save_request(applicant: Account, values: Mapping[str, Any], *, request_id: int | None = None) -> UseRequest:
    """Keep what an applicant wrote, as a draft or as a change of what is there.

    A request that was declined or withdrawn becomes a draft again. Raises
    :class:`Conflict` while an owner is being asked, or once it is agreed.
    """
    if request_id is None:
        request = UseRequest(
            applicant_id=applicant.id,
            organisation_id=applicant.organisation_id,
            state=RequestState.DRAFT,
            created_at=clock.now(),
            **values,
        )
        db.session.add(request)
        db.session.flush()
        return request
    request = queries.request_of(applicant.id, request_id, to_change=True)
    if request.state not in CAN_BE_CHANGED:
        raise Conflict("An owner has this request before them, so it cannot be changed now.")
    for name, value in values.items():
        setattr(request, name, value)
    if request.state in (RequestState.REJECTED, RequestState.WITHDRAWN):
        request.state = RequestState.DRAFT
    return request


def submit_request(applicant_id: int, request_id: int) -> UseRequest:
    """Send a draft to the city; from now on plans count with it."""
    request = queries.request_of(applicant_id, request_id, to_change=True)
    if request.state != RequestState.DRAFT:
        raise Conflict("This request has been sent already.")
    if request.latest_start < clock.today():
        raise Conflict(
            "The latest start, %(latest)s, has passed. Please choose a later one.", latest=request.latest_start
        )
    request.state, request.submitted_at, request.answer = RequestState.SUBMITTED, clock.now(), ""
    audit.record("request submitted", "use_request", request_id)
    return request


def withdraw_request(applicant_id: int, request_id: int) -> UseRequest:
    """Take a request back. Raises :class:`Conflict` while an owner is being asked, or once it is agreed."""
    request = queries.request_of(applicant_id, request_id, to_change=True)
    if request.state not in CAN_BE_CHANGED:
        raise Conflict("An owner has this request before them. Please ask the city to take the proposal back first.")
    request.state = RequestState.WITHDRAWN
    audit.record("request withdrawn", "use_request", request_id)
    return request


def reject_request(request_id: int, *, answer: str, link: str) -> UseRequest:
    """The city says no, with its reason; the applicant may change the request and send it again."""
    request = queries.request(request_id, to_change=True)
    if request.state != RequestState.SUBMITTED:
        raise Conflict("Only a request that waits can be declined. This one has moved on; please load the page again.")
    request.state, request.answer = RequestState.REJECTED, answer
    mails.tell_applicant_rejected(request.applicant, request.title, answer, link)
    audit.record("request declined", "use_request", request_id)
    return request
