"""Builds the demo town through the house's own doors: streets, shops, people, wishes, plan, hub, a day of orders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path
from time import sleep

from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select

from city import clock, jobs, links, pictures, streets
from city.db import city_scope, db, transaction
from city.messages import Conflict
from city.models import Account, City, Job, JobState, Organisation, OrganisationKind, Role
from city.solver import Solver
from demo import asking, equipment
from demo.counts import csv_of_counts
from demo.drawn import shop_front
from demo.goods import Order, orders
from demo.owners import owner_rows, remarks
from demo.past import give_past
from demo.people import COURIERS, MORE_COURIERS, MORE_OWNERS, OWNER_NAMES, PASSWORD, PEOPLE, RETAILERS, Person
from demo.stock import middle_of, stock
from demo.town_map import close_streets, have_map_drawn
from leerstand import queries as shops
from leerstand.kinds import UseType
from leerstand.models import Agreement, Match, MatchPlan, Proposal, Unit, UseRequest
from leerstand.services import footfall, photos, plans, proposals
from logistics import bookings, dispatch, rules, services
from logistics import queries as hubs
from logistics.kinds import RecipientKind
from logistics.models import Hub
from logistics.wishes import Wish as Delivery
from routing.message import BadInput
from routing.streets.model import Point, VehicleClass
from routing.streets.places import Places, read_places

Say = Callable[[str], None]
ORDERS, BIKES = 60, 4
PICTURES = 4  # empty shops whose front is shown
HUB_OPENS_S, HUB_CLOSES_S = 6 * 3600 + 1800, 20 * 3600  # shops bring parcels before the bikes leave
WAIT_FOR_PLAN_S, LOOK_EVERY_S = 180.0, 0.5
MANAGER, OWNER, APPLICANT, RETAILER, OPERATOR = (PEOPLE[number].email for number in (1, 2, 3, 4, 5))
SCHEMATIC_NOTE = "schematisch, nicht vermessen"


class NoRoomForHub(RuntimeError):
    """No empty shop can hold a micro-hub; cannot happen with a stock of the demo."""


@dataclass(frozen=True)
class Booked:
    """What became of the orders of the day."""

    day: date
    taken: int
    refused: int


def found() -> City | None:
    """The demo town, if it was built before."""
    return db.session.scalar(select(City).where(City.is_demo.is_(True)))


def build(app: Flask, source: Path, *, say: Say, solver: Solver | None = None) -> City:
    """Everything up to a booked day whose plan waits for the worker. Raises BadInput for a broken map."""
    city = make_city(source)
    with city_scope(city.id):
        places = bring_in_streets(source, say)
        make_people()
        close_streets(account(MANAGER), say)
        make_stock(places, say)
        count_passers_by(say)
        make_wishes(say)
        match(app, say, solver)
        hub = open_hub(say)
        ask_an_owner(say)
        book(hub, places, say)
        with transaction():  # now that deliveries are booked, the worker can say what a further hub is worth
            plans.start_matching(account_id=account(MANAGER).id, shown_at="/plan")
        have_map_drawn()
    return city


def make_city(source: Path) -> City:
    """The town itself; a foreign extract is named after its file."""
    name = "Lüneburg" if source.name == "lueneburg.osm" else source.name.split(".")[0].split("-")[0].capitalize()
    title = "Hansestadt Lüneburg" if name == "Lüneburg" else f"Stadt {name}"
    with transaction():
        land = {"Lüneburg": "NI", "Heidelberg": "BW"}.get(name, "RP")
        city = City(slug="demo", name=name, title=title, host=None, land=land, is_demo=True)
        db.session.add(city)
    return city


def bring_in_streets(source: Path, say: Say) -> Places:
    """Import the street map and read its shops and addresses."""
    streets.bring_in(source, note=SCHEMATIC_NOTE if source.name == "lueneburg.osm" else "")
    places = read_places(source)
    say(f"streets: {len(places.streets)} named, {len(places.shops)} shops and {len(places.addresses)} addresses read")
    return places


def make_people() -> None:
    """One login per role, and the people behind the other shops and houses. One hash serves them all."""
    password_hash = PasswordHasher().hash(PASSWORD)
    with transaction():
        owners = [Organisation(kind=OrganisationKind.OWNER, name=name) for name in OWNER_NAMES]
        service = Organisation(
            kind=OrganisationKind.HUB_OPERATOR, name="Lastenradkuriere Innenstadt", phone=invented_number(0)
        )
        retailers = [
            Organisation(
                kind=OrganisationKind.RETAILER, name=name, released_at=clock.now(), phone=invented_number(number)
            )
            for number, name in enumerate(RETAILERS, start=1)
        ]
        db.session.add_all([*owners, service, *retailers])
        db.session.flush()
        acting = {OWNER: owners[0], OPERATOR: service, RETAILER: retailers[0]}
        acting |= dict(zip((person.email for person in MORE_OWNERS), owners[1:], strict=True))
        more = [Person(f"laden{number}@zwischenraum.example", shop.name, (Role.RETAILER,))
                for number, shop in enumerate(retailers[1:], start=2)]  # fmt: skip
        acting |= dict(zip((person.email for person in more), retailers[1:], strict=True))
        for person in (*PEOPLE, *MORE_COURIERS, *MORE_OWNERS, *more):
            db.session.add(asking.account_of(person, acting.get(person.email), password_hash))


def invented_number(number: int) -> str:
    """A telephone number that belongs to nobody: of those that the Bundesnetzagentur keeps free for films."""
    return f"040 66969{number:03d}"


def account(email: str) -> Account:
    """A person of the demo by address."""
    return db.session.scalars(select(Account).where(Account.email == email)).one()


def make_stock(places: Places, say: Say) -> int:
    """Keep the shops; owners take turns, the demo's owner has every other empty shop. Returns how many are empty."""
    network = streets.network()

    def street_at(point: Point) -> str:
        try:
            return network.snap(point, VehicleClass.FOOT).street
        except BadInput:
            return ""

    made = stock(places, clock.today(), street_at)
    empty = made.empty(clock.today())
    with transaction():
        owners = shops.owners()
        mine, others = owners[0], cycle(owners[1:])
        for unit in made.units:
            unit.owner_id = next(others).id
        for unit in empty[::2]:
            unit.owner_id = mine.id
        remarks(made.units, clock.today())
        give_past(made.units, clock.today())
        db.session.add_all([*made.axes, *made.units])
        db.session.flush()
        db.session.add_all(owner_rows(owners, made.units, clock.today()))
        for number, unit in enumerate(empty[:PICTURES]):
            drawn = pictures.read_picture(shop_front(number), name="front.png")
            photos.add(unit.id, drawn, caption="Front des Ladens (gezeichnet)", front_without_people=True)
    say(f"stock: {len(made.units)} shops in {len(made.axes)} streets, {len(empty)} stand empty")
    return len(empty)


def count_passers_by(say: Say) -> None:
    """Invented footfall of the first two streets, brought in through the door for files."""
    with transaction():
        names = [axis.name for axis in shops.axes()][:2]
        file = footfall.look_at("zaehlung.csv", csv_of_counts(names, clock.today()), by=account(MANAGER))
        counts = footfall.take_in(file.id)
    say(f"footfall: {len(counts.hours)} hours at {len(names)} counting places")


def make_wishes(say: Say) -> None:
    """Keep the requests, some of them with papers."""
    asking.make_wishes(account(APPLICANT), account(OPERATOR), say)


def match(app: Flask, say: Say, solver: Solver | None = None) -> MatchPlan:
    """Compute the plan for all shops and requests, as the manager's button does."""
    with transaction():
        job = plans.start_matching(account_id=account(MANAGER).id, shown_at="")
    work_off(app, job, solver)
    plan = shops.newest_plan()
    assert plan is not None  # noqa: S101  the job is done
    say(f"match: {len(plan.matches)} proposals, {plan.score} points, at most {100 * plan.gap:.1f} % below the best")
    return plan


def work_off(app: Flask, job: Job, solver: Solver | None = None) -> Job:
    """Do waiting jobs here and now. Raises RuntimeError with the reason if this one fails."""
    worker = jobs.Worker(app, app.extensions["house"], solver=solver)
    try:
        while worker.work_once():
            pass
    finally:
        if solver is None:
            worker.solver.close()
    db.session.rollback()
    done = db.session.scalars(select(Job).where(Job.id == job.id)).one()
    if done.state != JobState.DONE:
        raise RuntimeError(f"{done.kind} {done.state}: {done.reason % done.reason_values}")
    return done


def open_hub(say: Say) -> Hub:
    """Propose a shop to its owner for the hub, accept it, open the hub."""
    agreement = agree_on_hub()
    with transaction():
        operator, street = account(OPERATOR), shops.agreement(agreement.id).unit.street
        hub = services.open_hub(
            operator, agreement.id, every=False, name=f"Hub {street}", opens_s=HUB_OPENS_S, closes_s=HUB_CLOSES_S,
            bikes=BIKES,
        )  # fmt: skip
    equipment.equip(account(OPERATOR), hub.id)
    say(f"hub: {hub.name} opened in a vacant shop, {BIKES} cargo bikes, {hub.parcels_per_day} parcels a day")
    return hub


def ask_an_owner(say: Say) -> None:
    """One proposal of the plan waits for the demo's owner: the last that concerns a shop of theirs."""
    plan, mine = shops.newest_plan(), account(OWNER).organisation_id
    for match in plan.matches[::-1] if plan is not None else ():
        if shops.unit(match.unit_id).owner_id != mine:
            continue
        try:
            with transaction():
                sent = proposals.propose(
                    match.unit_id, match.request_id, match_id=match.id, sender=account(MANAGER), link_to=_link
                )
        except Conflict:
            continue
        say(f"proposal: {sent.request.title} waits for the owner of {sent.unit.address}")
        return


def agree_on_hub() -> Agreement:
    """The plan's shop for the hub, or the best that any rule allows; its owner says yes."""
    with transaction():
        hubs_wanted = select(UseRequest).where(UseRequest.use_type == UseType.MICRO_HUB)
        request = db.session.scalars(hubs_wanted.order_by(UseRequest.id).limit(1)).one()
        for unit_id, match_id in hub_rooms(request):
            try:
                with db.session.begin_nested():
                    proposal = proposals.propose(
                        unit_id, request.id, match_id=match_id, sender=account(MANAGER), link_to=_link
                    )
            except Conflict:
                continue
            return accept(proposal)
    raise NoRoomForHub("no empty shop can hold a micro-hub")


def hub_rooms(request: UseRequest) -> list[tuple[int, int | None]]:
    """Shops to ask for, the plan's choice first."""
    chosen = db.session.execute(select(Match.unit_id, Match.id).where(Match.request_id == request.id)).all()
    large = select(Unit.id).where(Unit.area_m2 >= request.area_min_m2, Unit.step_free).order_by(Unit.area_m2, Unit.id)
    return [(row[0], row[1]) for row in chosen] + [(unit_id, None) for unit_id in db.session.scalars(large)]


def accept(proposal: Proposal) -> Agreement:
    """The owner of the shop says yes."""
    owner_id = proposal.unit.owner_id
    assert owner_id is not None  # noqa: S101  a proposal without an owner is refused
    owner = shops.people_of(owner_id)[0]
    return proposals.accept_proposal(owner_id, proposal.id, by=owner, note="", link_to=_link)


def _link(_row_id: int) -> str:
    return links.address_of("city.start")


def next_working_day() -> date:
    """The next day on which bikes leave the hubs."""
    land = hubs.current_city().land
    day = clock.today() + timedelta(days=1)
    while rules.hub_rests(day, land) is not None:
        day += timedelta(days=1)
    return day


def book(hub: Hub, places: Places, say: Say) -> Booked:
    """Retailers book a day's orders through the hub; what cannot be taken is refused with a sentence."""
    day = next_working_day()
    windows = rules.delivery_windows(hub, day.weekday())
    centre = middle_of([shop.point for shop in places.shops])
    senders = cycle([account(RETAILER).id, *_other_retailers()])
    refused: list[str] = []
    wanted = orders(places.addresses, centre, ORDERS)
    for order in wanted:
        window = windows[min(order.window_rank, len(windows) - 1)]
        try:
            _book(next(senders), hub.id, day, order, window)
        except (Conflict, BadInput) as refusal:
            refused.append(str(refusal))
    equipment.book_lockers(account(RETAILER), account(OPERATOR), hub.id, day)
    say(f"bookings: {len(wanted) - len(refused)} for {day:%d.%m.%Y}" + (f", refused: {refused[0]}" if refused else ""))
    return Booked(day, len(wanted) - len(refused), len(refused))


def _other_retailers() -> list[int]:
    return list(
        db.session.scalars(
            select(Account.id)
            .join(Organisation, Account.organisation_id == Organisation.id)
            .where(Organisation.kind == OrganisationKind.RETAILER, Account.email != RETAILER)
            .order_by(Account.id)
        )
    )


def _book(account_id: int, hub_id: int, day: date, order: Order, window: tuple[int, int]) -> None:
    with transaction():
        sender = db.session.scalars(select(Account).where(Account.id == account_id)).one()
        wish = Delivery(
            recipient=order.recipient,
            recipient_kind=RecipientKind.HOME,
            street=order.street,
            housenumber=order.housenumber,
            point=order.point,
            parcels=order.parcels,
            weight_g=order.weight_g,
            volume_ml=order.volume_ml,
            window_opens_s=window[0],
            window_closes_s=window[1],
        )
        bookings.book_shipment(sender, hub_id=hub_id, day=day, wish=wish)


def assign_when_planned(app: Flask) -> None:
    """Give the tours of the booked day to the demo's couriers, as soon as the worker has planned it."""
    for _ in range(int(WAIT_FOR_PLAN_S / LOOK_EVERY_S)):
        with app.app_context():
            city = found()
            if city is not None:
                with city_scope(city.id):
                    if assign_couriers(next_working_day()):
                        return
        sleep(LOOK_EVERY_S)


def assign_couriers(day: date) -> bool:
    """Name a courier for each tour of a day that has none; False while there is no plan."""
    plan = hubs.published_plan(day)
    if plan is None:
        return False
    free = [tour.id for tour in plan.tours if tour.courier_id is None]
    taken = {tour.courier_id for tour in plan.tours}
    couriers = [one.id for one in (account(person.email) for person in COURIERS) if one.id not in taken]
    with transaction():
        for tour_id, courier_id in zip(free, couriers, strict=False):
            dispatch.assign_courier(tour_id, courier_id)
        if free and couriers:
            dispatch.release(day)
    return True
