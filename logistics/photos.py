"""Photos as a proof of delivery: drawn anew by ``city.files``, once for each number that a phone gave them."""

from __future__ import annotations

from city import clock, files
from city.db import db
from city.pictures import Picture
from logistics import reports, street_queries
from logistics.models import CourierPhoto
from routing.message import BadInput


def check_numbers(*numbers: str) -> None:
    """Raises BadInput unless photo and report have numbers that can be kept."""
    if not all(1 <= len(number) <= reports.MAX_CLIENT_ID and number.isprintable() for number in numbers):
        raise BadInput("This photo does not say which report it belongs to.")


def keep(account_id: int, picture: Picture, *, client_id: str, event_client_id: str) -> CourierPhoto:
    """Keep one photo for one report, in the caller's transaction; the same number is kept once."""
    check_numbers(client_id, event_client_id)
    street_queries.lock_courier(account_id)
    if (known := street_queries.photo_called(client_id)) is not None:
        return known
    row = CourierPhoto(
        client_id=client_id, event_client_id=event_client_id, account_id=account_id, file_id=files.keep(picture).id,
        received_at=clock.now(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row
