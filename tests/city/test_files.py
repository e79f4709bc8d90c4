"""Pictures that people send: drawn anew, kept with a city and a person, and refused with a sentence."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from PIL import Image

from city import documents, files
from city.db import city_scope, db, transaction
from city.models import City, Role, StoredFile
from city.pictures import LONGEST_SIDE, MAX_BYTES, read_picture
from routing.message import BadInput
from tests import build


def drawn(kind: str = "JPEG", size: tuple[int, int] = (400, 300), **options) -> bytes:
    """A picture, red at the left and blue at the right."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, size[0], size[1]))
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def with_exif() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Kamera von Kim"
    exif[0x0112] = 6  # lies on its side: to be turned by 90°
    exif.get_ifd(0x8825)[2] = (53.0, 14.0, 47.0)
    return drawn(exif=exif, comment=b"Kims Laden")


def png_header(width: int, height: int) -> bytes:
    """A PNG of some bytes that claims to be huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


def zipped(data: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("x.txt", data)
    return written.getvalue()


def test_nothing_but_the_picture_is_kept():
    """
    Camera, place and comment are gone; a picture that lay on its side stands upright.
    """
    sent = with_exif()
    assert b"Kim" in sent  # the test would see it

    picture = read_picture(sent, name="foto.jpg")

    again = Image.open(io.BytesIO(picture.jpeg))
    assert b"Kim" not in picture.jpeg and not again.getexif() and "comment" not in again.info
    assert (picture.width, picture.height) == again.size == (300, 400)
    red, blue = again.getpixel((150, 20)), again.getpixel((150, 380))
    assert red[0] > 200 > red[2] and blue[2] > 200 > blue[0]


def test_a_damaged_picture_is_refused_after_a_paper_was_made_too():
    """
    What makes papers lets Pillow read halves of pictures, for the whole process; uploads must not follow.
    """
    if not documents.pdf_possible():
        pytest.skip("no Pango: no papers are made here")
    documents.pdf("<!doctype html><html lang=de><title>x</title><p>x")

    for data in (png_header(2_000, 2_000), drawn()[:300]):
        with pytest.raises(BadInput, match="is damaged and cannot be read"):
            read_picture(data, name="x")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_every_picture_becomes_a_jpeg_of_handy_size(kind):
    """
    Whatever phones and screens make; a large one is made smaller.
    """
    picture = read_picture(drawn(kind, (3000, 1500)), name="x")

    assert Image.open(io.BytesIO(picture.jpeg)).format == "JPEG"
    assert (picture.width, picture.height) == (LONGEST_SIDE, LONGEST_SIDE // 2)


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("schaufenster.jpg", drawn("TIFF"), "“schaufenster.jpg” is a TIFF file. Possible are pictures"),
        ("x.png", drawn("GIF"), "“x.png” is a GIF file."),
        ("x.jpg", b"%PDF-1.7 and so on", "“x.jpg” is a PDF file."),
        ("x.jpg", b"<svg onload=alert(1)>", "“x.jpg” is a SVG file."),
        ("x.jpg", b"MZ\x90", "“x.jpg” is not a picture."),
        ("x.jpg", b"", "“x.jpg” is empty."),
        ("x.jpg", drawn() + zipped(b"x" * 99), "“x.jpg” holds a second document besides the picture."),
        ("x.jpg", drawn(comment=b"<ScRiPt>alert(1)</script>"), "“x.jpg” holds a second document"),
        ("x.png", png_header(60_000, 60_000), "“x.png” has 60000 × 60000 points; at most 64 million are possible."),
        ("x.png", png_header(2_000, 2_000), "“x.png” is damaged and cannot be read."),
        ("x.jpg", drawn()[:300], "“x.jpg” is damaged and cannot be read."),
        ("x.png", drawn("PNG", (3, 3)), "“x.png” has only 3 × 3 points"),
        ("x.jpg", drawn() + b"\0" * MAX_BYTES, "“x.jpg” has 12 MB; at most 11 MB are possible."),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "data",
)
def test_what_is_no_picture_is_refused_with_a_sentence(name, data, sentence):
    """
    By what is in it, whatever its name says.
    """
    with pytest.raises(BadInput) as refusal:
        read_picture(data, name=name)

    assert sentence in str(refusal.value)


def kept(**values) -> StoredFile:
    with transaction():
        stored = files.keep(read_picture(drawn()))
        for name, value in values.items():
            setattr(stored, name, value)
    return stored


def test_only_its_sender_and_the_city_see_a_file(app, town, sign_in):
    """
    Somebody else's file, and one of another town, are not found.
    """
    person = build.account(Role.APPLICANT)
    stored = kept(account_id=person.id)
    with transaction():
        elsewhere = City(slug="luebeck", name="Lübeck", host="luebeck.test")
        db.session.add(elsewhere)
    with city_scope(elsewhere.id):
        foreign = kept()
    with transaction():
        build.keep(town).host = "localhost"

    mine = build.browser_of(app, person).get(f"/dateien/{stored.id}")
    assert (mine.status_code, mine.mimetype) == (200, "image/jpeg")
    assert "sandbox" in mine.headers["Content-Security-Policy"]
    assert sign_in(Role.APPLICANT).get(f"/dateien/{stored.id}").status_code == 404
    manager = sign_in(Role.MANAGER)
    assert manager.get(f"/dateien/{stored.id}").status_code == 200
    assert manager.get(f"/dateien/{foreign.id}").status_code == 404


def test_a_file_goes_with_its_transaction(town):
    """
    Nothing lies on the disk that no row knows: neither after a change that failed nor after one that removed it.
    """
    stored = kept()
    path = files.path_of(stored)
    assert path.exists()

    with pytest.raises(RuntimeError), transaction():
        lost = files.path_of(files.keep(read_picture(drawn())))
        assert lost.exists()
        raise RuntimeError
    assert not lost.exists()

    with transaction():
        files.remove(build.keep(stored))
        assert path.exists()
    assert not path.exists()
