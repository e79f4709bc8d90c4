"""One way to write, and no query that forgets its city."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from city.db import NoCity, city_scope, db, transaction
from city.models import City, Organisation, OrganisationKind
from tests import build


def test_rows_of_another_city_are_not_there(town):
    """
    Two towns share an installation; neither sees the other's organisations.
    """
    build.organisation(name="Unsere")
    other = build.keep(City(slug="other", name="Andernort"))
    with city_scope(other.id):
        build.organisation(name="Ihre")

        assert [row.name for row in db.session.scalars(select(Organisation))] == ["Ihre"]

    assert [row.name for row in db.session.scalars(select(Organisation))] == ["Unsere"]


def test_a_query_without_a_city_raises(app):
    """
    Forgetting the city fails loudly instead of showing everybody's rows.
    """
    with app.app_context(), pytest.raises(NoCity):
        db.session.scalars(select(Organisation)).all()


def test_a_change_outside_a_transaction_raises(town):
    """
    Only the edges write.
    """
    db.session.add(Organisation(kind=OrganisationKind.OWNER, name="Erbengemeinschaft"))
    with pytest.raises(RuntimeError, match="outside transaction"):
        db.session.flush()
    db.session.rollback()


def test_a_row_cannot_be_smuggled_into_another_city(town):
    """
    A foreign city_id in a form or body changes nothing.
    """
    other = build.keep(City(slug="other", name="Andernort"))
    with pytest.raises(NoCity), transaction():
        db.session.add(Organisation(kind=OrganisationKind.OWNER, name="Fremd", city_id=other.id))


def test_nothing_is_kept_when_a_deed_fails_half_way(town):
    """
    One transaction: both rows or none.
    """
    with pytest.raises(ZeroDivisionError), transaction():
        build.organisation(name="Halb")
        raise ZeroDivisionError

    assert db.session.scalars(select(Organisation)).all() == []
