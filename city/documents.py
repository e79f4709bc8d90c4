"""Papers: accessible PDF (PDF/UA-1, tagged) from a page of our own, and calendar files. The only module that knows
WeasyPrint and icalendar.

WeasyPrint needs Pango, a system library. Where it is missing :class:`NoPdf` says so, and the page offers the print
view of the same paper. Nothing is fetched from a network: a paper uses our own style sheet and fonts, and pictures
that are handed over as bytes and named ``PICTURE + name`` in the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from os.path import normpath
from pathlib import Path
from typing import Any

from flask import Response

from city.messages import DomainError

STATIC = Path(__file__).resolve().parent.parent / "static"
OURS = "https://papier.invalid/"  # a host that cannot exist: answered from static/ and from the pictures
PICTURE = f"{OURS}bild/"
SHEET = f"{OURS}paper.css"
PRODUCT = "-//Zwischenraum//DE"
ALARM_DAYS = 7


class NoPdf(DomainError):
    """This machine cannot make PDF files."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            "PDF files cannot be made on this server: the system library Pango is missing. "
            "Please open the print view of this paper and print it from the browser."
        )


def pdf_possible() -> bool:
    """Whether Pango is there; pages offer the PDF only then."""
    return _weasyprint() is not None


@cache
def _weasyprint() -> Any:
    try:
        import weasyprint  # takes a second: only where a paper is made
    except OSError:  # Pango or one of its friends cannot be loaded
        return None
    from PIL import ImageFile

    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint allows it for everybody, uploads included
    return weasyprint


def pdf(html: str, pictures: Mapping[str, bytes] | None = None) -> bytes:
    """A page as a tagged PDF; ``pictures`` by name. Raises NoPdf, or ValueError for a foreign file."""
    weasyprint = _weasyprint()
    if weasyprint is None:
        raise NoPdf
    from weasyprint.urls import FatalURLFetchingError  # a BaseException: nobody's net for faults would catch it

    made = weasyprint.HTML(string=html, base_url=OURS, url_fetcher=_fetcher(pictures or {}))
    try:
        return bytes(made.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True, optimize_images=True, dpi=200))
    except FatalURLFetchingError as foreign:
        raise ValueError(str(foreign)) from foreign


def _fetcher(pictures: Mapping[str, bytes]) -> Any:
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class OurOwn(URLFetcher):
        """Files of ``static/`` and the pictures of this paper; nothing else."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            """Answer with a file of our own."""
            if url.startswith(PICTURE) and url.removeprefix(PICTURE) in pictures:
                return URLFetcherResponse(url, pictures[url.removeprefix(PICTURE)])
            path = Path(normpath(STATIC / url.removeprefix(OURS)))
            if url.startswith(OURS) and path.is_relative_to(STATIC) and path.is_file():
                kind = {".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}.get(path.suffix, "")
                return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind} if kind else None)
            raise FatalURLFetchingError(f"a paper may not load {url[:80]}")

    return OurOwn(allowed_protocols=None)


def download(content: bytes, name: str, media_type: str) -> Response:
    """An answer that browsers keep as a file of this name (plain letters)."""
    answer = Response(content, mimetype=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day for calendars: ``key`` names it for ever, so that a second import replaces the first."""

    key: str
    day: date
    title: str
    text: str
    url: str


def calendar_file(days: Sequence[CalendarDay], made_at: datetime) -> bytes:
    """Days as an iCalendar file (RFC 5545), each with an alarm a week ahead."""
    from icalendar import Alarm, Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    for one in days:
        event = Event()
        event.add("uid", f"{one.key}@zwischenraum")
        event.add("dtstamp", made_at)
        event.add("dtstart", one.day)
        event.add("dtend", one.day + timedelta(days=1))
        event.add("summary", one.title)
        event.add("description", one.text)
        event.add("url", one.url)
        event.add("transp", "TRANSPARENT")
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", one.title)
        alarm.add("trigger", timedelta(days=-ALARM_DAYS))
        event.add_component(alarm)
        calendar.add_component(event)
    return bytes(calendar.to_ical())
