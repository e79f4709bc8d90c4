"""People of the demo ask for rooms: requests of the last months, some with papers (Unterlagen). All invented."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from city import clock, pdfs, pictures
from city.db import db, transaction
from city.models import Account, Organisation, Role, RoleGrant
from demo.drawn import floor_plan, shop_front
from demo.people import FIRST_NAMES, LAST_NAMES, Person
from demo.wishes import Wish, wishes
from leerstand.kinds import RequestState, UseType
from leerstand.models import UseRequest
from leerstand.services import papers
from leerstand.shares import slots_of

MINE = 3  # requests of the demo's applicant
LONGEST_WAIT_DAYS = 120


def make_wishes(applicant: Account, operator: Account, say: Callable[[str], None]) -> None:
    """Keep the requests: three of the demo's applicant, the hub of the operator, the rest of people without a login."""
    now = clock.now()
    with transaction():
        made = []
        for number, wish in enumerate(wishes()):
            by = operator if wish.use_type == UseType.MICRO_HUB else applicant if number < MINE else _seeker(number)
            waited = timedelta(days=LONGEST_WAIT_DAYS - number * 37 % LONGEST_WAIT_DAYS, minutes=number)
            made.append(_request(wish, by, clock.today(), now - waited))
        db.session.add_all(made)
        db.session.flush()
        _send_papers(applicant, made[0])
    say(f"requests: {len(made)}, two of them for a micro-hub")


def _send_papers(applicant: Account, request: UseRequest) -> None:
    """What the demo's applicant has sent with the first request: a plan and a picture, both drawn."""
    plan = pdfs.read_pdf(floor_plan("Grundriss der Werkstatt (erfunden)"), name="grundriss.pdf")
    papers.add(applicant.id, request.id, plan, title="Grundriss der Werkstatt")
    picture = pictures.read_picture(shop_front(1), name="werkstatt.png")
    papers.add(applicant.id, request.id, picture, title="So sieht die heutige Werkstatt aus")


def _seeker(number: int) -> Account:
    """Somebody who looks for a room and has no login."""
    name = f"{FIRST_NAMES[number % len(FIRST_NAMES)]} {LAST_NAMES[number * 7 % len(LAST_NAMES)]}"
    person = Person(f"gesuch{number}@zwischenraum.example", name, (Role.APPLICANT,))
    made = account_of(person, None, password_hash=None)
    db.session.add(made)
    db.session.flush()
    return made


def account_of(person: Person, organisation: Organisation | None, password_hash: str | None) -> Account:
    """The account of one of the demo's people; without a password nobody can sign in to it."""
    return Account(
        email=person.email,
        name=person.name,
        password_hash=password_hash,
        language="de",
        confirmed_at=clock.now(),
        created_at=clock.now(),
        organisation=organisation,
        grants=[RoleGrant(role=role) for role in person.roles],
    )


def _request(wish: Wish, by: Account, today: date, sent_at: datetime) -> UseRequest:
    least, ideal, most = wish.areas_m2
    earliest = today + timedelta(weeks=wish.starts_in_weeks)
    return UseRequest(
        applicant_id=by.id,
        organisation_id=by.organisation_id,
        state=RequestState.SUBMITTED,
        title=wish.title,
        concept=wish.concept,
        use_type=wish.use_type,
        area_min_m2=least,
        area_ideal_m2=ideal,
        area_max_m2=most,
        step_free_required="step_free" in wish.needs,
        needs_water="water" in wish.needs,
        needs_heating="heating" in wish.needs,
        needs_exhaust_air="exhaust_air" in wish.needs,
        needs_delivery_door="delivery_door" in wish.needs,
        needs_power_kw=wish.power_kw,
        earliest_start=earliest,
        latest_start=earliest + timedelta(weeks=26),
        duration_min_weeks=wish.weeks[0],
        duration_max_weeks=wish.weeks[1],
        wants_permanent=wish.permanent,
        budget_cents_month=wish.budget_eur * 100,
        footfall=wish.footfall,
        noise=wish.noise,
        event_days=wish.event_days,
        visitors_max=wish.visitors,
        public_value=[value.value for value in wish.values],
        evaluates=wish.evaluates,
        part_ok=wish.part,
        slots=slots_of(wish.days, wish.times),
        invented=True,
        created_at=sent_at,
        submitted_at=sent_at,
    )
