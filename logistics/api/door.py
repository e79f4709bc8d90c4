"""The door of the interface: who asks (bearer token with scopes), how often, in which language, and whether before.

Every refusal is ``application/problem+json``. A deed with an Idempotency-Key keeps its answer in the transaction of
its effect, so a lost answer can be asked for again and nothing happens twice.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from flask import Response, g, request
from pydantic import BaseModel
from sqlalchemy import delete, func, select
from sqlalchemy.orm import joinedload

from city import clock, words
from city.access import hash_token, roles_in_force
from city.db import db, is_sqlite, transaction
from city.messages import DomainError, NotFound, say
from city.models import Account, Role
from city.web import ERROR_TEXTS, wait_headers
from logistics.api import pace
from logistics.api.shapes import FieldProblem, ProblemOut
from logistics.booking_values import Unreadable
from logistics.models import ApiAnswer, ApiToken
from logistics.repeats import BatchRefused
from routing.message import BadInput

log = logging.getLogger(__name__)
PROBLEM = "application/problem+json"
LONGEST_KEY = 255
KEPT = timedelta(hours=48)
CLEARED_EVERY = 100  # kept answers, on average
PER_MINUTE = 300  # requests of one token
USED_EXACT_TO = timedelta(hours=1)


class Scope(StrEnum):
    """What a token may do."""

    READ = "shipments:read"
    WRITE = "shipments:write"


class NotSignedIn(DomainError):
    """No token, or one that does not work."""

    status = 401


class OutOfScope(DomainError):
    """The token may not do this."""

    status = 403


class KeyReused(DomainError):
    """The same key came with another request."""

    status = 422


class InFlight(DomainError):
    """The first request with this key is not answered yet."""

    status = 409
    wait_s = 1


class TooMany(DomainError):
    """More requests than a token may send."""

    status = 429

    def __init__(self, wait_s: int) -> None:
        super().__init__(
            "At most %(most)d requests a minute. Please go on in %(wait)d s.", most=PER_MINUTE, wait=wait_s
        )
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the token's number, and for which shop and person (``id``); the audit reads it like an account."""

    token_id: int
    organisation_id: int
    id: int

    is_authenticated = True


_busy: set[tuple[int, str]] = set()
_busy_lock = threading.Lock()


def answer(make: Callable[[], Response]) -> Response:
    """Run one request of the interface; whatever goes wrong becomes a problem."""
    g.language = request.accept_languages.best_match(words.LANGUAGES) or "de"
    try:
        made = make()
    except (DomainError, BadInput) as refusal:
        made = problem(refusal)
    except Exception as error:
        number = secrets.token_hex(4)
        log.exception("fault %s at %s", number, request.endpoint, exc_info=error)
        db.session.rollback()
        made = _problem(500, f"{say(ERROR_TEXTS[500][1])} {say(ERROR_TEXTS[500][2])} {number}", [])
    made.headers["Content-Language"] = words.language()
    made.vary.add("Accept-Language")
    if "api_left" in g:
        made.headers["RateLimit"] = f'"token";r={g.api_left};t=60'
    return made


def enter(scope: Scope) -> Caller:
    """The person behind the token of this request. Raises NotSignedIn, OutOfScope or TooMany."""
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    query = select(ApiToken).where(ApiToken.token_hash == hash_token(given), ApiToken.revoked_at.is_(None))
    query = query.options(joinedload(ApiToken.account).joinedload(Account.grants))
    token = db.session.scalars(query).unique().one_or_none() if kind.lower() == "bearer" else None
    if token is None or token.account.disabled_at is not None or Role.RETAILER not in roles_in_force(token.account):
        raise NotSignedIn("This needs a token: “Authorization: Bearer …”. Make one on the page “Interface”.")
    if token.account.organisation_id != token.organisation_id:
        raise NotSignedIn("This needs a token: “Authorization: Bearer …”. Make one on the page “Interface”.")
    g.api_left, wait_s = pace.ask(token.id, PER_MINUTE)
    if wait_s:
        raise TooMany(math.ceil(wait_s))
    if scope not in token.scopes:
        raise OutOfScope("This token may not do that; it lacks the scope %(scope)s.", scope=scope.value)
    g.caller = g._login_user = Caller(token.id, token.organisation_id, token.account_id)  # so that the audit knows who
    if token.used_at is None or token.used_at < clock.now() - USED_EXACT_TO:
        _note_use(token.id)
    asks: Caller = g.caller
    return asks


def _note_use(token_id: int) -> None:
    with transaction():
        token = db.session.scalar(select(ApiToken).where(ApiToken.id == token_id))
        if token is not None:
            token.used_at = clock.now()


def body() -> Any:
    """The JSON that was sent. Raises BadInput."""
    try:
        text = request.get_data(cache=True).decode("utf-8")
        return json.loads(text, parse_constant=_no_number)
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise BadInput("The body is not JSON. Please send UTF-8 with “Content-Type: application/json”.") from None


def _no_number(name: str) -> Any:
    raise ValueError(name)


def deed(
    caller: Caller, act: Callable[[], tuple[int, BaseModel]], *, ahead: Callable[[], object] | None = None
) -> Response:
    """Do something once, in one transaction with its kept answer. ``act`` gives status and answer.

    ``ahead`` is done before the transaction, unless the request was answered before.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        if ahead is not None:
            ahead()
        with transaction():
            status, made = act()
            text = made.model_dump_json()
        return json_answer(status, text)
    if not 1 <= len(key) <= LONGEST_KEY or not key.isprintable():
        raise BadInput("An Idempotency-Key has 1 to %(most)d printable characters.", most=LONGEST_KEY)
    digest = hashlib.sha256(f"{request.method}\n{request.path}\n".encode() + request.get_data(cache=True)).hexdigest()
    with _first(caller.organisation_id, key), _looked_ahead(caller.organisation_id, key, ahead), transaction():
        _lock_key(caller.organisation_id, key)
        before = _kept(caller.organisation_id, key)
        if before is None:
            status, made = act()
            text = made.model_dump_json()
            _keep(caller.organisation_id, key, digest, status, text)
            return json_answer(status, text)
        if before.request_hash != digest:
            raise KeyReused(
                "The Idempotency-Key “%(key)s” was used for another request. Please make a new one for each booking.",
                key=key[:60],
            )
        said = json_answer(before.status, before.body)
        said.headers["Idempotent-Replayed"] = "true"
        return said


@contextmanager
def _looked_ahead(organisation_id: int, key: str, ahead: Callable[[], object] | None) -> Iterator[None]:
    if ahead is not None and _kept(organisation_id, key) is None:
        ahead()
    yield


@contextmanager
def _first(organisation_id: int, key: str) -> Iterator[None]:
    """In this process: whoever asks again while the first is being answered is told to wait."""
    mine = organisation_id, key
    with _busy_lock:
        if mine in _busy:
            raise _in_flight(key)
        _busy.add(mine)
    try:
        yield
    finally:
        with _busy_lock:
            _busy.discard(mine)


def _lock_key(organisation_id: int, key: str) -> None:
    """Between processes: PostgreSQL holds the key until the transaction ends. On SQLite only one process writes."""
    if is_sqlite(db.engine):
        return
    number = int.from_bytes(hashlib.sha256(f"{organisation_id}\n{key}".encode()).digest()[:8], "big", signed=True)
    if not db.session.scalar(select(func.pg_try_advisory_xact_lock(number))):
        raise _in_flight(key)


def _in_flight(key: str) -> InFlight:
    return InFlight("The first request with the Idempotency-Key “%(key)s” is not answered yet. Please ask again soon.",
                    key=key[:60])  # fmt: skip


def _kept(organisation_id: int, key: str) -> ApiAnswer | None:
    query = select(ApiAnswer).where(ApiAnswer.organisation_id == organisation_id, ApiAnswer.key == key)
    return db.session.scalar(query)


def _keep(organisation_id: int, key: str, digest: str, status: int, text: str) -> None:
    if secrets.randbelow(CLEARED_EVERY) == 0:
        db.session.execute(delete(ApiAnswer).where(ApiAnswer.kept_at < clock.now() - KEPT))
    db.session.add(
        ApiAnswer(
            organisation_id=organisation_id, key=key, request_hash=digest, status=status, body=text,
            kept_at=clock.now(),
        )
    )  # fmt: skip


def json_answer(status: int, text: str) -> Response:
    """An answer that is JSON already."""
    return Response(text, status, mimetype="application/json")


def problem(refusal: DomainError | BadInput) -> Response:
    """A refusal as problem+json."""
    status = getattr(refusal, "status", 422 if isinstance(refusal, BadInput) else 400)
    wrong = refusal.wrong if isinstance(refusal, Unreadable | BatchRefused) else []
    errors = [FieldProblem(field=field, detail=say(sentence)) for field, sentence in wrong]
    made = _problem(status, say(refusal), errors)
    wait_s = getattr(refusal, "wait_s", None)
    made.headers.extend(wait_headers(refusal) if wait_s is None else {"Retry-After": str(wait_s)})
    if status == 401:
        made.headers["WWW-Authenticate"] = 'Bearer realm="zwischenraum"'
    return made


def _problem(status: int, detail: str, errors: list[FieldProblem]) -> Response:
    title = say(ERROR_TEXTS.get(status, ERROR_TEXTS[400])[0])
    text = ProblemOut(title=title, status=status, detail=detail, errors=errors).model_dump_json()
    return Response(text, status, content_type=PROBLEM)


def error(status: int) -> Response:
    """What the web server itself refuses: an unreadable address, a wrong method, too much at once."""
    _title, what, advice = ERROR_TEXTS.get(status, ERROR_TEXTS[500 if status >= 500 else 400])
    return _problem(status, f"{say(what)} {say(advice)}", [])


def no_such_page() -> Response:
    """An address below /api/v1 that does not exist."""
    raise NotFound("The interface has no such address. What there is stands in /api/v1/openapi.json.")
