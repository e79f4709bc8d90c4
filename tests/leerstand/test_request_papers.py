"""Papers sent with a request: who may see them, and which files are refused with a sentence."""

from __future__ import annotations

import io
import zlib
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from city import files
from city.db import db, transaction
from city.models import OrganisationKind, Role, StoredFile
from city.pdfs import MAX_BYTES, read_pdf
from leerstand.request_models import RequestPaper
from leerstand.services import proposals
from routing.message import BadInput
from tests import build
from tests.mailbox import mails, path_in

END = b"\nstartxref\n0\n%%EOF\n"
PDF = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj" + END


def packed(objects: bytes) -> bytes:
    """A PDF whose objects lie in a packed stream."""
    body = b"<< /Type /ObjStm /Filter /FlateDecode >> stream\n" + zlib.compress(objects) + b"\nendstream"
    return b"%PDF-1.7\n" + body + END


def sent(content: bytes, name: str = "plan.pdf", title: str = "Grundriss") -> dict:
    """What the form of the page sends."""
    return {"title": title, "file": (io.BytesIO(content), name)}


@pytest.fixture
def wish(app, town, manager):
    """A request of a person, an owner with an account and one without, who are not asked yet, and their browsers."""
    person = build.account(Role.APPLICANT)
    request = build.use_request(person)
    firm = build.organisation(kind=OrganisationKind.OWNER, email="verwaltung@example.org")
    owner = build.account(Role.OWNER, organisation_id=firm.id, email="eigentum@example.org")
    return SimpleNamespace(
        id=request.id,
        home=f"/meine-gesuche/{request.id}",
        shop=build.unit(owner_id=firm.id),
        manager=manager,
        mine=build.browser_of(app, person),
        other=build.browser_of(app, build.account(Role.APPLICANT)),
        city=build.browser_of(app, manager),
        owner=build.browser_of(app, owner),
        stranger=app.test_client(),
    )


def papers() -> list[RequestPaper]:
    db.session.rollback()
    return list(db.session.scalars(select(RequestPaper)))


def test_the_applicant_and_the_city_see_a_paper_and_nobody_else(wish):
    """
    A PDF comes back as a download under its title, never inside our pages; other applicants find nothing.
    """
    assert wish.mine.post(f"{wish.home}/unterlagen", data=sent(PDF)).status_code == 302
    (paper,) = papers()
    mine = wish.mine.get(f"{wish.home}/unterlagen/{paper.id}")

    assert (mine.status_code, mine.data, mine.mimetype) == (200, PDF, "application/pdf")
    assert "attachment; filename=Grundriss.pdf" in mine.headers["Content-Disposition"]
    assert mine.headers["Cache-Control"] == "no-store" and "sandbox" in mine.headers["Content-Security-Policy"]
    assert wish.city.get(f"/gesuche/{wish.id}/unterlagen/{paper.id}").data == PDF
    assert f"/gesuche/{wish.id}/unterlagen/{paper.id}" in wish.city.get(f"/gesuche/{wish.id}").text
    assert wish.other.get(f"{wish.home}/unterlagen/{paper.id}").status_code == 404
    assert wish.other.post(f"{wish.home}/unterlagen", data=sent(PDF)).status_code == 404
    assert wish.owner.get(f"/gesuche/{wish.id}/unterlagen/{paper.id}").status_code == 403
    assert wish.stranger.get(f"{wish.home}/unterlagen/{paper.id}").status_code in (302, 401, 403)


def test_an_owner_sees_papers_once_the_request_is_proposed_and_only_then(wish):
    """
    With an account or by the link; when the city takes the proposal back, the link is over.
    """
    wish.mine.post(f"{wish.home}/unterlagen", data=sent(PDF))
    (paper,) = papers()
    with transaction():
        made = proposals.propose(wish.shop.id, wish.id, sender=wish.manager, link_to=lambda number: f"/v/{number}")
    link = path_in(mails("eigentum@example.org")[-1])
    foreign = build.use_request()
    elsewhere = build.keep(
        RequestPaper(request_id=foreign.id, file_id=_kept(), title="Fremd", added_at=build.clock.now())
    )

    assert wish.owner.get(f"/meine-vorschlaege/{made.id}/unterlagen/{paper.id}").data == PDF
    assert f"{link}/unterlagen/{paper.id}" in wish.stranger.get(link).text
    assert wish.stranger.get(f"{link}/unterlagen/{paper.id}").data == PDF
    assert wish.stranger.get(f"{link}/unterlagen/{elsewhere.id}").status_code == 404
    assert wish.owner.get(f"/meine-vorschlaege/{made.id}/unterlagen/{elsewhere.id}").status_code == 404
    wish.mine.post(f"{wish.home}/unterlagen/{paper.id}/loeschen")
    assert paper.id in [one.id for one in papers()]  # an owner has it before them
    wish.city.post(f"/vorschlaege/{made.id}/zuruecknehmen")
    assert wish.stranger.get(f"{link}/unterlagen/{paper.id}").status_code == 404
    wish.mine.post(f"{wish.home}/unterlagen/{paper.id}/loeschen")
    assert paper.id not in [one.id for one in papers()]


def _kept() -> int:
    with transaction():
        return files.keep(read_pdf(PDF)).id


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (b"", "leer.pdf", "is empty"),
        (b"II*\0 a TIFF", "plan.jpg", "is a TIFF file"),
        (b"MZ a program", "plan.pdf", "is neither a PDF nor a picture. Possible are PDF, JPEG, PNG and WebP."),
        (PDF[:40], "plan.pdf", "is cut off: its end is missing"),
        (PDF.replace(b"/Catalog", b"/Catalog /OpenAction << /S /JavaScript >>"), "x.pdf", "(JavaScript)"),
        (PDF.replace(b"/Catalog", b"/Catalog /A << /S /L#61unch >>"), "x.pdf", "(Launch)"),
        (packed(b"<< /Names << /EmbeddedFiles 3 0 R >> >>"), "x.pdf", "(EmbeddedFiles)"),
        (packed(b"x").replace(zlib.compress(b"x"), b"not packed"), "x.pdf", "cannot be read"),
        (packed(bytes(80 * 1024 * 1024)), "x.pdf", "far larger unpacked"),
        (PDF.replace(b"/Catalog", b"/Catalog /Encrypt 5 0 R"), "x.pdf", "is locked"),
    ],
)
def test_what_may_not_be_sent_is_said_beside_the_field_and_nothing_is_kept(wish, content, name, why):
    """
    Whatever the name says; the title that was typed stays.
    """
    page = wish.mine.post(f"{wish.home}/unterlagen", data=sent(content, name))

    assert why in page.text and 'value="Grundriss"' in page.text
    assert papers() == [] and db.session.scalar(select(func.count(StoredFile.id))) == 0


def test_a_pdf_may_be_large_but_not_larger_than_a_request():
    """
    The sentence names the size and the limit.
    """
    assert read_pdf(packed(b"<< /Type /Pages >>")).content
    with pytest.raises(BadInput, match="has 12 MB; at most 11 MB"):
        read_pdf(b"%PDF-1.7" + bytes(MAX_BYTES), name="x.pdf")


def test_six_papers_are_enough(wish):
    """
    The seventh is refused; pictures count like PDFs.
    """
    for number in range(6):
        wish.mine.post(f"{wish.home}/unterlagen", data=sent(PDF, title=f"Blatt {number}"))
    page = wish.mine.post(f"{wish.home}/unterlagen", data=sent(PDF, title="Blatt 7"))

    assert "There are 6 papers already." in page.text and len(papers()) == 6
