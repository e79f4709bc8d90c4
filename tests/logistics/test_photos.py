"""A photo as a proof: kept once, drawn anew; what is too large or holds a second document gets a sentence."""

from __future__ import annotations

import io
import zipfile

import pytest
from PIL import Image
from sqlalchemy import func, select

from city.db import db
from city.models import Role
from logistics import street_queries
from logistics.models import CourierPhoto

MB = 1_000_000


def picture(**options) -> bytes:
    """A small photo with its place and camera in it."""
    taken, exif = io.BytesIO(), Image.Exif()
    exif[0x010F] = "Kamera von A. Muster"
    Image.new("RGB", (64, 48), "#884422").save(taken, "JPEG", exif=exif, **options)
    return taken.getvalue()


def archive() -> bytes:
    """A page in an archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("index.html", "<script>alert(1)</script>")
    return packed.getvalue()


def send(browser, data: bytes, *, photo: str = "p1", report: str = "r1"):
    file = (io.BytesIO(data), "tuer.jpg")
    return browser.post("/tour/fotos?lang=en", data={"id": photo, "report": report, "photo": file})


def kept() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(CourierPhoto.id))) or 0


def test_a_photo_sent_again_is_kept_once_and_without_what_the_camera_wrote(sign_in):
    courier, dispatcher = sign_in(Role.COURIER), sign_in(Role.DISPATCHER)

    assert [send(courier, picture()).status_code for _ in range(3)] == [200, 200, 200]

    assert kept() == 1
    shown = dispatcher.get(f"/dispo/fotos/{street_queries.photos_of(['r1'])['r1'][0].id}")
    assert shown.status_code == 200 and shown.mimetype == "image/jpeg" and b"Muster" not in shown.data
    assert courier.get("/dispo/fotos/1").status_code == 403


@pytest.mark.parametrize(
    ("data", "status", "sentence"),
    [
        (picture() + b"\0" * (40 * MB), 413, "At most 12 MB can be sent at once."),
        (picture() + b"\0" * 11_600_000, 422, "at most 11 MB are possible."),
        (picture() + archive(), 422, "“tuer.jpg” holds a second document besides the picture."),
        (b"%PDF-1.7\n" + picture(), 422, "“tuer.jpg” is a PDF file."),
        (b"", 422, "“tuer.jpg” is empty."),
    ],
    ids=["40 MB", "12 MB", "a picture and an archive", "a document and a picture", "nothing"],
)
def test_what_is_no_photo_gets_a_sentence_and_is_not_kept(sign_in, data, status, sentence):
    answer = send(sign_in(Role.COURIER), data)

    said = answer.get_json()["text"] if status == 422 else answer.text
    assert answer.status_code == status and sentence in said and kept() == 0


@pytest.mark.parametrize("numbers", [{"photo": ""}, {"report": ""}, {"photo": "x" * 99}, {"report": "a\0b"}])
def test_a_photo_must_say_which_report_it_proves(sign_in, numbers):
    answer = send(sign_in(Role.COURIER), picture(), **numbers)

    assert answer.status_code == 422 and "does not say which report it belongs to" in answer.get_json()["text"]
