"""What every answer of the house has: headers, a token against forged forms, its city, and pages for errors."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import numbers
from flask import Flask, Response, abort, g, render_template, request, url_for
from flask_babel import format_date, format_datetime, get_locale
from flask_wtf.csrf import CSRFError, CSRFProtect
from jinja2 import FileSystemBytecodeCache
from markupsafe import Markup, escape
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, Map

from city import clock, words
from city.db import city_scope, db
from city.messages import DomainError, NotFound, say
from city.models import City
from city.remembered import keep
from city.static_files import keep_at_browsers, static_url
from routing.message import N_, BadInput, Message

log = logging.getLogger(__name__)
csrf = CSRFProtect()
MAX_REQUEST_BYTES = 12 * 1024 * 1024
LARGEST_ROW = 2**31 - 1  # what the databases keep as the number of a row
NO_BREAK_SPACE = "\u00a0"

ERROR_TEXTS: dict[int, tuple[str, str, str]] = {  # title, what happened, what to do
    400: (N_("This could not be read"), N_("The browser sent something that this page does not understand."),
          N_("Please go back and try again.")),
    401: (N_("Please sign in"), N_("This page is only for people who are signed in."),
          N_("Sign in and open the page again.")),
    403: (N_("Not for this account"), N_("Your account may not see this page."),
          N_("If you need it, ask the city administration for the role.")),
    404: (N_("This page does not exist"), N_("Perhaps it has moved, or the link was mistyped."),
          N_("Start from the home page, or go back.")),
    405: (N_("This does not work that way"), N_("The page was called in a way that it does not offer."),
          N_("Please open it from the menu.")),
    409: (N_("Someone was faster"), N_("What you wanted to change has changed in the meantime."),
          N_("Go back, load the page again and compare.")),
    413: (N_("This is too large"), N_("At most 12 MB can be sent at once."), N_("Please send a smaller file.")),
    429: (N_("Too many tries"), N_("Please wait a few minutes."), N_("Then try again.")),
    500: (N_("That did not work"), N_("The fault is ours and has been written down."),
          N_("Please try again in a moment. If it stays, tell the city the number below.")),
    503: (N_("Just a moment"), N_("The system is busy or is being updated."), N_("Please try again in a minute.")),
}  # fmt: skip


def init_web(app: Flask, compiled_templates: Path) -> None:
    """Put headers, forged-form protection, the city of the request, filters and error pages in place.

    ``compiled_templates`` keeps templates as bytecode, so that a fresh process
    does not compile each one before its first page.
    """
    compiled_templates.mkdir(parents=True, exist_ok=True)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(compiled_templates))
    app.config.update(MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES, MAX_FORM_PARTS=500, WTF_CSRF_TIME_LIMIT=12 * 3600)
    app.url_map.converters["int"] = RowNumber
    app.before_request(_enter_city)
    app.before_request(_refuse_unwritable)
    app.teardown_request(_leave_city)
    app.after_request(_add_headers)
    csrf.init_app(app)
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals["url_for"] = _url_for
    app.context_processor(_page_context)
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(BadInput, _refused)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _fault)


class RowNumber(IntegerConverter):
    """The number of a row in an address; one that no database can hold is no page."""

    def __init__(self, map: Map, fixed_digits: int = 0, min: int | None = None, max: int = LARGEST_ROW) -> None:
        super().__init__(map, fixed_digits, min, max)


def _refuse_unwritable() -> None:
    """An address with a character that no text column can hold is no page."""
    if "\0" in request.path:
        abort(404)


def csp_nonce() -> str:
    """The one-time word that allows the inline scripts and styles of this answer."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def _enter_city() -> None:
    """Whose pages are asked for: by host name, else the only city of this installation."""
    g.city_stack = ExitStack()
    if request.endpoint == "static":
        return
    host = request.host.partition(":")[0].lower()
    cities = list(db.session.scalars(select(City).order_by(City.id)))
    g.city = next((city for city in cities if city.host == host), cities[0] if len(cities) == 1 else None)
    if g.city is None and request.endpoint != "city.health":
        raise NotFound("There is no town at this address. Please check how it is written.")
    if g.city is not None:
        g.city_stack.enter_context(city_scope(g.city.id))
        keep(City, g.city)


def _leave_city(_error: BaseException | None) -> None:
    if "city_stack" in g:
        g.city_stack.close()


def _add_headers(answer: Response) -> Response:
    nonce = f"'nonce-{g.csp_nonce}'" if "csp_nonce" in g else ""
    framed = "'self'" if getattr(g, "may_be_framed", False) else "'none'"
    policy = (
        f"default-src 'none'; script-src 'self' {nonce}; style-src 'self' {nonce}; img-src 'self' data: blob:; "
        "font-src 'self'; connect-src 'self'; frame-src 'self'; manifest-src 'self'; worker-src 'self'; "
        f"form-action 'self'; base-uri 'none'; frame-ancestors {framed}"
    )
    answer.headers.setdefault("Content-Security-Policy", policy)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers["Permissions-Policy"] = "camera=(self), geolocation=(self), microphone=(), payment=()"
    answer.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.is_secure:
        answer.headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint == "static":
        keep_at_browsers(answer)
    else:
        answer.headers.setdefault("Cache-Control", "no-store")
        answer.vary.add("Cookie")
    return answer


def _page_context() -> dict[str, Any]:
    return {
        "csp_nonce": csp_nonce,
        "town": g.get("city"),
        "lang": words.language(),
        "today": clock.today(),
    }


def _url_for(endpoint: str, **values: Any) -> str:
    """Addresses in templates; those of static files change with what they hold."""
    if endpoint == "static" and len(values) == 1:
        return static_url(values["filename"])
    return url_for(endpoint, **values)


def _refused(refusal: DomainError | BadInput) -> tuple[str, int, dict[str, str]]:
    status = getattr(refusal, "status", 400)
    return error_page(status, text=say(refusal)), status, wait_headers(refusal)


def wait_headers(refusal: DomainError | BadInput) -> dict[str, str]:
    """For a limit that says when it goes on: the seconds until then."""
    until = getattr(refusal, "until", None)
    return {"Retry-After": str(max(1, round((until - clock.now()).total_seconds())))} if until else {}


_own_errors: dict[str, Callable[[int], Response]] = {}


def errors_below(prefix: str, answer: Callable[[int], Response]) -> None:
    """Below this address no error page is shown, but what ``answer`` makes of the status: programs read no pages."""
    _own_errors[prefix] = answer


def _http_error(error: HTTPException) -> Any:
    status = error.code or 500
    if status < 400:
        return error
    for prefix, answer in _own_errors.items():
        if request.path.startswith(prefix):
            return answer(status)
    if isinstance(error, CSRFError):
        text = say("This page was open for too long. Please go back, load it again and send it once more.")
        return error_page(400, text=text), 400
    return error_page(status), status


def _fault(error: Exception) -> tuple[str, int]:
    """Anything nobody foresaw: a number for the person, the details for the log."""
    number = secrets.token_hex(4)
    log.exception("fault %s at %s", number, request.endpoint, exc_info=error)
    db.session.rollback()
    return error_page(500, code=number), 500


def error_page(status: int, *, text: str = "", code: str = "") -> str:
    """A page that says what happened and what to do."""
    title, what, advice = ERROR_TEXTS.get(status, ERROR_TEXTS[500 if status >= 500 else 400])
    shown, then = (text, "") if text else (say(what), say(advice))  # a refusal of our own says itself what to do
    return render_template(
        "error.html", status=status, title=say(title), text=shown, advice=then, code=code, navigation=[]
    )


def format_number(value: float | None, decimals: int = 0) -> str:
    """``1.234,5``; an unknown number is a dash."""
    if value is None:
        return "–"
    return _number(value, decimals, str(get_locale() or "de"))


@lru_cache(maxsize=8192)  # a long table says the same numbers again and again
def _number(value: float, decimals: int, language: str) -> str:
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return str(numbers.format_decimal(value, pattern, locale=language))


def format_money(cents: int | None) -> str:
    """``1.234,50 €``; whole euros without cents."""
    if cents is None:
        return "–"
    amount = format_number(cents / 100, 0 if cents % 100 == 0 else 2)
    return f"{amount}{NO_BREAK_SPACE}€" if str(get_locale()).startswith("de") else f"€{amount}"


def format_weight(grams: int | None) -> str:
    """``950 g``; from a kilogram on ``5,4 kg``."""
    if grams is None:
        return "–"
    if abs(grams) < 1000:
        return f"{format_number(grams)}{NO_BREAK_SPACE}g"
    return f"{format_number(grams / 1000, 1)}{NO_BREAK_SPACE}kg"


def format_day(day: date | None) -> str:
    """``22. November 2026`` or ``22 November 2026``."""
    if day is None:
        return "–"
    return str(format_date(day, "d. MMMM y" if str(get_locale()).startswith("de") else "d MMMM y"))


def format_short_day(day: date | None) -> str:
    """``22.11.2026`` or ``22/11/2026``."""
    if day is None:
        return "–"
    return str(format_date(day, "dd.MM.y" if str(get_locale()).startswith("de") else "dd/MM/y"))


def format_weekday(day: date | None) -> str:
    """``Freitag, 20. November 2026`` or ``Friday, 20 November 2026``."""
    if day is None:
        return "–"
    return str(format_date(day, "EEEE, d. MMMM y" if str(get_locale()).startswith("de") else "EEEE, d MMMM y"))


def format_moment(moment: datetime | None) -> str:
    """A UTC moment as the clocks of the city showed it."""
    if moment is None:
        return "–"
    pattern = "d. MMMM y, HH:mm" if str(get_locale()).startswith("de") else "d MMMM y, HH:mm"
    return str(format_datetime(moment, pattern))


def format_clock(elapsed_s: int | None) -> str:
    """Seconds since midnight as ``10:42``."""
    if elapsed_s is None:
        return "–"
    return f"{elapsed_s // 3600 % 24:02d}:{elapsed_s // 60 % 60:02d}"


def format_minutes(seconds: float | None) -> str:
    """A duration as ``12 min`` or ``1 h 05 min``."""
    if seconds is None:
        return "–"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes}{NO_BREAK_SPACE}min"
    return f"{minutes // 60}{NO_BREAK_SPACE}h{NO_BREAK_SPACE}{minutes % 60:02d}{NO_BREAK_SPACE}min"


def format_metres(metres: float | None) -> str:
    """``640 m`` or ``3,2 km``."""
    if metres is None:
        return "–"
    if metres < 1000:
        return f"{round(metres)}{NO_BREAK_SPACE}m"
    return f"{format_number(metres / 1000, 1)}{NO_BREAK_SPACE}km"


def say_filter(message: Message | DomainError | BadInput | str) -> str:
    """A message in the language of the page; Jinja escapes it."""
    return say(message)


def paragraphs(text: str) -> Markup:
    """What a person wrote, its line breaks kept, everything else as plain text."""
    return Markup("<br>").join(escape(line) for line in text.splitlines())


FILTERS: dict[str, Callable[..., Any]] = {
    "say": say_filter,
    "number": format_number,
    "money": format_money,
    "weight": format_weight,
    "day": format_day,
    "short_day": format_short_day,
    "weekday": format_weekday,
    "moment": format_moment,
    "clock": format_clock,
    "minutes": format_minutes,
    "metres": format_metres,
    "paragraphs": paragraphs,
}
