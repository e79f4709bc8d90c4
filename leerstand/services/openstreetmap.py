"""The shops of the city's own street map as a list that can be looked at and taken over like any other."""

from __future__ import annotations

from collections.abc import Callable

from city import streets
from leerstand.exchange.sheets import Sheet
from leerstand.kinds import SpellKind
from routing.message import BadInput
from routing.streets.model import Point, VehicleClass

ORIGIN = "OpenStreetMap"
HEAD = ["Kennung", "Straße", "Hausnummer", "Name", "Breite", "Länge", "Stand", "Fläche", "Front"]


def sheet_of_map() -> Sheet:
    """Every shop of the map in service, one row each. Raises BadInput where there is no map, or no shop on it."""
    from routing.streets.places import Shop, read_places  # brings osmium: only where a map is read

    try:
        found = read_places(streets.source()).shops
    except streets.NoStreets as missing:
        raise BadInput(missing.message.text) from missing
    if not found:
        raise BadInput("There are no shops on the street map. Please choose a list instead.")
    street_at = _street_at()

    def row(number: int, shop: Shop) -> list[str]:
        state = SpellKind.VACANCY if shop.vacant else SpellKind.REGULAR
        size = [str(shop.area_m2 or ""), str(shop.frontage_m or "").replace(".", ",")]
        street = shop.street or street_at(shop.point)
        name = "" if shop.vacant else shop.name
        place = [f"{shop.point[0]:.6f}", f"{shop.point[1]:.6f}"]
        return [str(number), f"osm:{shop.osm_id}", street, shop.housenumber, name, *place, state.value, *size]

    return Sheet(list(HEAD), [row(number, shop) for number, shop in enumerate(found, start=1)])


def _street_at() -> Callable[[Point], str]:
    network = streets.network()

    def find(point: Point) -> str:
        try:
            return str(network.snap(point, VehicleClass.FOOT).street)
        except BadInput:
            return ""

    return find
