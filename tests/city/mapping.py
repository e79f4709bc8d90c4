"""A small schematic map as the rooms send it, with words that try to break out."""

from __future__ import annotations

from typing import Any

EVIL = "{{ 7*7 }}<img src=x onerror=document.title='broken'>${7*7}`x`"
END_TAG = "</script><script>document.title='broken'</script><!--"
SCRIPT_URL = "javascript:document.title='broken'"
CHURCH = [[53.2478, 10.4137], [53.2478, 10.4146], [53.2481, 10.4146]]
TOUR = [[53.2492, 10.4089], [53.2484, 10.4098], [53.2484, 10.4121]]


def payload(**changes: Any) -> dict[str, Any]:
    """A square, a river, two streets, a tour with its stops, a vacancy with a hostile name."""
    return {
        "attribution": "",
        "note": "schematisch, nicht vermessen",
        "background": {
            "streets": [
                {"kind": "pedestrian", "name": "Am Sande", "line": [[53.2484, 10.4098], [53.2479, 10.4136]]},
                {"kind": "primary", "name": "Schießgrabenstraße", "line": [[53.2465, 10.4150], [53.2515, 10.4152]]},
                {"kind": "residential", "name": EVIL, "line": [[53.2484, 10.4098], [53.2503, 10.4076]]},
                {"kind": "residential", "name": END_TAG, "line": [[53.2484, 10.4098], [53.2465, 10.4034]]},
            ],
            "water": [{"name": "Ilmenau", "line": [[53.2460, 10.4133], [53.2520, 10.4120]], "width_m": 20}],
            "green": [[[53.2484, 10.4152], [53.2485, 10.4168], [53.2505, 10.4167]]],
            "buildings": [{"name": "St. Johannis", "area": CHURCH}],
            "places": [{"name": "Rathaus", "point": [53.2511, 10.4068]}],
        },
        "cells": [{"box": [[53.2493, 10.4081], [53.2503, 10.4098]], "count": 3}],
        "marks": [
            {"kind": "hub", "point": [53.2492, 10.4089], "title": "Mikro-Hub Große Bäckerstraße", "url": "/hubs/1"},
            {"kind": "vacancy", "point": [53.2481, 10.4083], "title": EVIL, "label": EVIL, "url": "/shops/1"},
            {"kind": "interim", "point": [53.2470, 10.4053], "title": END_TAG, "url": SCRIPT_URL},
            {"kind": "proposal", "point": [53.2474, 10.4107], "title": "Vorschlag", "url": "//evil.example/x"},
            {"kind": "stop", "number": 1, "point": [53.2484, 10.4121], "title": "Halt 1: Am Sande 5", "large": True},
            {"kind": "done", "number": 2, "point": [53.2507, 10.4103], "title": "Halt 2: erledigt"},
            {"kind": "bike", "point": [53.2497, 10.4110], "title": "Rad 1", "label": "Rad 1"},
        ],
        "lines": [
            {"kind": "tour", "number": 1, "line": TOUR, "title": EVIL},
            {"kind": "walk", "line": [[53.2484, 10.4121], [53.2507, 10.4103]], "title": ""},
        ],
        "fit": [[53.2460, 10.4030], [53.2520, 10.4160]],
        "pick": False,
        **changes,
    }  # fmt: skip
