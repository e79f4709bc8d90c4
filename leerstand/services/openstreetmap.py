"""The shops of the city's own street map as a list that can be looked at and taken over like any other."""

from __future__ import annotations

from collections.abc import Callable

from city import streets
from leerstand.exchange.sheets import Sheet
from leerstand.kinds import SpellKind
from leerstand.nearby import nearest_address
from routing.message import BadInput
from routing.streets.model import Point, VehicleClass

ORIGIN = "OpenStreetMap"
HEAD = ["Kennung", "Straße", "Hausnummer", "Name", "Breite", "Länge", "Stand", "Fläche", "Front"]


def sheet_of_map() -> Sheet:
    """Every shop of the map in service, one row each. Raises BadInput where there is no map, or no shop on it."""
    from routing.streets.places import Shop, read_places  # brings osmium: only where a map is read

    try:
        places = read_places(streets.source())
    except streets.NoStreets as missing:
        raise BadInput(missing.message.text) from missing
    if not places.shops:
        raise BadInput("There are no shops on the street map. Please choose a list instead.")
    street_at, address_near = _street_at(), nearest_address(places.addresses)

    def row(number: int, shop: Shop) -> list[str]:
        state = SpellKind.VACANCY if shop.vacant else SpellKind.REGULAR
        size = [str(shop.area_m2 or ""), str(shop.frontage_m or "").replace(".", ",")]
        near = None if shop.street else address_near(shop.point)
        street, house = (near.street, near.housenumber) if near else (shop.street, shop.housenumber)
        street = street or street_at(shop.point)
        name = "" if shop.vacant else shop.name
        place = [f"{shop.point[0]:.6f}", f"{shop.point[1]:.6f}"]
        return [str(number), f"osm:{shop.osm_id}", street, house, name, *place, state.value, *size]

    return Sheet(list(HEAD), [row(number, shop) for number, shop in enumerate(places.shops, start=1)])


def _street_at() -> Callable[[Point], str]:
    network = streets.network()

    def find(point: Point) -> str:
        try:
            return str(network.snap(point, VehicleClass.FOOT).street)
        except BadInput:
            return ""

    return find
