"""Deeds on agreements: the terms of the contract are written, and both sides sign."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from city import audit, clock
from city.db import db
from city.messages import Conflict
from leerstand import deal_queries, queries
from leerstand.contracts import standard_terms
from leerstand.deal_models import AgreementTerms


def terms_for_change(agreement_id: int) -> AgreementTerms:
    """The terms of an agreement, its row locked; standard ones where none were kept."""
    agreement = queries.agreement(agreement_id, to_change=True)
    terms = deal_queries.terms_of(agreement_id)
    if terms is None:
        terms = standard_terms(agreement)
        db.session.add(terms)
        db.session.flush()
    return terms


def change_terms(agreement_id: int, values: Mapping[str, Any]) -> AgreementTerms:
    """Write what the contract says. Raises Conflict once somebody has signed it."""
    terms = terms_for_change(agreement_id)
    if terms.owner_signed_on or terms.user_signed_on:
        raise Conflict(
            "This contract is signed, so its words stay as they are. To change it, take the signature back first."
        )
    for name, value in values.items():
        setattr(terms, name, value)
    audit.record("terms changed", "agreement", agreement_id)
    return terms


def sign(agreement_id: int, *, owner_on: date | None, user_on: date | None) -> AgreementTerms:
    """Write down who has signed when; None takes a signature back. Raises Conflict for a day that is yet to come."""
    terms = terms_for_change(agreement_id)
    late = max((day for day in (owner_on, user_on) if day is not None), default=None)
    if late is not None and late > clock.today():
        raise Conflict("%(day)s is yet to come. Please enter the day on which it was signed.", day=late)
    terms.owner_signed_on, terms.user_signed_on = owner_on, user_on
    audit.record("contract signed", "agreement", agreement_id, owner=owner_on is not None, user=user_on is not None)
    return terms
