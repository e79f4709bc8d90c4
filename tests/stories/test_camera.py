"""Story: the phone's camera reads the label of a parcel, ours with its square code or a supplier's with its bars."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import segno
from playwright.sync_api import expect
from sqlalchemy import select

from city.db import db, every_city, transaction
from demo.people import PEOPLE
from logistics.kinds import ParcelState
from logistics.models import Parcel
from tests.browser import LATER, PHONE, chromium_with_camera
from tests.stories.code128 import bars
from tests.words import de

OPERATOR = PEOPLE[5].email
WIDTH, HEIGHT, FRAMES = 640, 480, 8
SSCC = "340123450000000017"
GREY = 128  # of both colour planes: no colour
LIBRARY_SAYS = ("MultiFormatReader: ", "Trying to play")  # of every picture in which it finds nothing
Modules = list[list[bool]]


def square(text: str) -> Modules:
    """A QR code, dark or light."""
    return [[bool(dark) for dark in row] for row in segno.make(text, error="m").matrix_iter(border=4)]


def film(folder: Path, modules: Modules) -> Path:
    """What a camera sees that is held still over these modules: eight frames of raw video."""
    across, down = len(modules[0]), len(modules)
    size = min(WIDTH // across, HEIGHT // down if down > 1 else WIDTH)
    tall = size if down > 1 else HEIGHT // 2
    left, top = (WIDTH - size * across) // 2, (HEIGHT - tall * down) // 2
    light = bytearray(b"\xeb" * (WIDTH * HEIGHT))
    for y, row in enumerate(modules):
        line = bytes(0x10 if dark else 0xEB for dark in row for _ in range(size))
        for pixel in range(top + y * tall, top + (y + 1) * tall):
            light[pixel * WIDTH + left : pixel * WIDTH + left + len(line)] = line
    frame = b"FRAME\n" + bytes(light) + bytes([GREY]) * (WIDTH * HEIGHT // 2)
    made = folder / "camera.y4m"
    made.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * FRAMES)
    return made


def expected_parcel(running, *, alias: str | None = None) -> Parcel:
    """A parcel that the hub waits for; with ``alias`` its supplier's label is known."""
    with running.app.app_context(), every_city(), transaction():
        waiting = select(Parcel).where(Parcel.state == ParcelState.ANNOUNCED).order_by(Parcel.id).limit(1)
        found = db.session.scalars(waiting).one()
        found.alias = alias
        return found


@pytest.mark.parametrize("kind", ["square", pytest.param("bars", marks=LATER)])
def test_the_camera_of_a_phone_scans_a_parcel_in(running, clean, tmp_path, kind):
    parcel = expected_parcel(running, alias=SSCC if kind == "bars" else None)
    seen = square(parcel.code) if kind == "square" else [bars(f"00{SSCC}")]

    with chromium_with_camera(film(tmp_path, seen)) as browser:
        operator = replace(running, browser=browser).visit(OPERATOR, PHONE)
        page = operator.page
        page.goto(f"{running.home}/hubs")
        page.locator("main th a[href^='/hubs/']").first.click()
        page.get_by_role("button", name=de("Use the camera")).click()

        expect(page.locator(".antwort--ok")).to_contain_text(f"{parcel.code[:4]}-{parcel.code[4:8]}")
        operator.problems = [text for text in operator.problems if not text.startswith(LIBRARY_SAYS)]
        clean(operator)


def test_without_a_camera_the_page_says_so_and_the_number_can_be_typed(running):
    """
    The browser of this test has no camera.
    """
    operator = running.visit(OPERATOR, PHONE)
    page = operator.page
    page.goto(f"{running.home}/hubs")
    page.locator("main th a[href^='/hubs/']").first.click()
    page.get_by_role("button", name=de("Use the camera")).click()

    expect(page.get_by_text(de("The camera may not be used here. Please type the number."))).to_be_visible()
    expect(page.locator("#scan")).to_be_focused()
