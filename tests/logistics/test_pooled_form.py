"""The form of a pooled order: shops are listed line by line, and one more is typed with suggestions below the list."""

from __future__ import annotations

from html import unescape

import pytest

from logistics import queries
from logistics.booking_form import Slot
from logistics.kinds import ShipmentKind
from tests.logistics.test_pages import HOUR_S, booked, shop, typed


def test_a_shop_typed_below_the_list_of_pickups_joins_it(sign_in, hub, day):
    """
    By its button, which books nothing, and with the booking itself; both without scripts.
    """
    browser, firm = shop(sign_in)
    more = {"more_shop": "Weinkontor", "more_street": "Rosenstr.", "more_housenumber": "6"}
    slot = str(Slot(day, 11 * HOUR_S, 13 * HOUR_S))
    sent = typed(hub, day, kind="pooled", slot=slot, pickups="Teeladen, Rosenstr. 6", **more)

    page = browser.post("/buchen", data={**sent, "show": "1"}).text
    assert "Teeladen, Rosenstr. 6\nWeinkontor, Rosenstr. 6</textarea>" in unescape(page)
    assert 'value="Weinkontor"' not in page
    assert booked(firm) == []

    assert browser.post("/buchen", data=sent).status_code == 302
    (order,) = [one for one in booked(firm) if one.kind == ShipmentKind.POOLED]
    collected = {one.recipient for one in queries.day_shipments(day) if one.part_of_id == order.id}
    assert collected == {"Teeladen", "Weinkontor"}


@pytest.mark.parametrize("half", [{"more_shop": "Weinkontor"}, {"more_street": "Rosenstr.", "more_housenumber": "6"}])
def test_a_half_typed_shop_is_not_left_out_silently(sign_in, hub, day, half):
    browser, firm = shop(sign_in)
    slot = str(Slot(day, 11 * HOUR_S, 13 * HOUR_S))

    sent = typed(hub, day, kind="pooled", slot=slot, pickups="Tee, Rosenstr. 6", **half)
    page = browser.post("/buchen", data=sent).text

    assert "Please give name and street of this shop, or leave both empty." in page
    assert f'value="{next(iter(half.values()))}"' in page
    assert booked(firm) == []
