"""The look: every part is usable by keyboard and screen reader, at both widths, under our own content policy."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import LATER, PHONE, WIDE, Visit, axe_violations, chromium, serving
from tests.city.gallery import add_gallery

FOLDER = str(Path(__file__).parent / "templates")
PAGES = {
    "wide": (WIDE, ("/gallery?flash=1", "/gallery?eng=1", "/gallery/fault")),
    "phone": (PHONE, ("/gallery?flash=1", "/gallery/courier", "/gallery/courier?night=1", "/gallery/missing")),
}


@pytest.fixture
def app(own_app):
    """Pages are added to it."""
    return own_app


@pytest.fixture
def gallery(app, town):
    """The gallery in a running server."""
    with serving(add_gallery(app, FOLDER)) as home:
        yield home


@pytest.mark.browser
@pytest.mark.parametrize(
    ("size", "paths"),
    [pytest.param(*page, id=name, marks=[LATER] if name == "wide" else []) for name, page in PAGES.items()],
)
def test_every_part_passes_axe_and_keeps_the_policy(gallery, size, paths):
    """
    axe finds nothing, nothing leaves the house, no script or style breaks the policy, nothing scrolls sideways.
    """
    with chromium() as browser:
        for path in paths:
            visit = Visit(browser, size=size)
            visit.page.goto(gallery + path, wait_until="networkidle")

            assert axe_violations(visit.page) == [], path
            assert visit.foreign(gallery) == []
            assert [text for text in visit.problems if "status of" not in text] == []
            assert visit.sideways() == 0
            visit.context.close()


@pytest.mark.browser
def test_a_form_with_mistakes_leads_to_them(gallery):
    """
    The title says Fehler, the summary has the focus and links to each field, the same words stand there, input is kept.
    """
    with chromium() as browser:
        visit = Visit(browser, size=PHONE)
        page = visit.page
        page.goto(gallery + "/gallery")
        page.get_by_label("Fläche").fill("zweiundsechzig")
        page.get_by_role("button", name="Meldung absenden").click()

        assert page.title().startswith("Fehler: ")
        expect(page.locator(".fehlersammlung")).to_be_focused()
        assert page.get_by_label("Fläche").input_value() == "zweiundsechzig"
        summary = page.locator(".fehlersammlung a")
        assert summary.all_inner_texts() == [
            "„Straße und Hausnummer“ fehlt.",
            "„zweiundsechzig“ ist keine Zahl. Bitte schreiben Sie sie so: 1.234,5",
            "Bitte wählen Sie, was Sie gesehen haben.",
            "Bitte bestätigen Sie die Hinweise.",
        ]
        for text, link in zip(summary.all_inner_texts(), summary.all(), strict=True):
            field = page.locator(link.get_attribute("href") or "#none")
            assert text in page.locator(".kern-error").all_inner_texts()
            link.click()
            assert field.evaluate("node => node === document.activeElement"), text
        assert axe_violations(page) == []


def test_the_first_thing_on_every_page_is_the_way_to_its_content(app, town):
    """
    One skip link, one main, one h1; the language of the page is declared.
    """
    page = add_gallery(app, FOLDER).test_client().get("/gallery").text

    assert '<html lang="de"' in page
    assert page.index('class="sprung"') < page.index("<header")
    assert page.count("<h1") == page.count("<main") == 1
    assert "style=" not in page


def test_english_pages_say_so(app, town):
    """
    The same page in the other language, with the way back in German.
    """
    page = add_gallery(app, FOLDER).test_client().get("/gallery?lang=en").text

    assert '<html lang="en"' in page
    assert "Skip to content" in page
    assert ">Deutsch</button>" in page


def test_an_error_page_says_what_to_do(app, town):
    """
    A fault gives a number to name; a missing page leads on.
    """
    client = add_gallery(app, FOLDER).test_client()
    fault, missing = client.get("/gallery/fault"), client.get("/gallery/missing")

    assert fault.status_code == 500
    assert "Das hat gerade nicht geklappt" in fault.text
    assert "Zur Startseite" in missing.text
    assert "Diese Seite gibt es nicht" in missing.text
