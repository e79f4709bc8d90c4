"""Compiles the numba kernels once and leaves them in numba's cache; set-up calls it, so that nobody waits later."""

from __future__ import annotations

import tempfile
from pathlib import Path

from routing.streets.model import VehicleClass
from routing.streets.network import import_network
from routing.streets.zones import AccessRule
from routing.tours.warm import warm as warm_tours

_CROSSING = """<osm version="0.6">
<node id="1" lat="53.2480" lon="10.4080"/><node id="2" lat="53.2480" lon="10.4100"/>
<node id="3" lat="53.2490" lon="10.4090"/><node id="4" lat="53.2470" lon="10.4090"/>
<node id="5" lat="53.2480" lon="10.4090"/>
<way id="1"><nd ref="1"/><nd ref="5"/><nd ref="2"/><tag k="highway" v="residential"/></way>
<way id="2"><nd ref="3"/><nd ref="5"/><nd ref="4"/><tag k="highway" v="residential"/></way>
</osm>"""


def main() -> None:
    """Ask each kernel one small question."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "crossing.osm"
        source.write_text(_CROSSING, encoding="utf-8")
        network = import_network(source)
    ends = [(53.2480, 10.4081), (53.2489, 10.4090), (53.2471, 10.4090)]
    network.matrix(ends, VehicleClass.CARGO_BIKE)
    network.path(ends[0], ends[1], VehicleClass.CARGO_BIKE)
    closed = AccessRule(((53.2484, 10.4088), (53.2484, 10.4092), (53.2488, 10.4092), (53.2488, 10.4088)))
    network.with_rules([closed]).matrix(ends[:1], VehicleClass.CARGO_BIKE, during=None)
    warm_tours()


if __name__ == "__main__":
    main()
