"""The main job without a server: from a street map to couriers' maps, GPX and directions in a folder."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import monotonic

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from city.db import city_scope, db
from city.messages import say
from city.models import Job, JobState
from demo import town
from demo.people import COURIERS, PASSWORD, Person
from logistics import board
from logistics import queries as hubs
from logistics.models import DayPlan, Tour
from logistics.services import PLAN_DAY

FOLDER = "kurier"
PAGES = {".html": "/tour/karte.html", ".gpx": "/tour/tour.gpx"}


@dataclass(frozen=True)
class Ride:
    """One tour: who rides it, what its files are called, and the way in words."""

    courier: Person
    name: str
    words: str


def main_job(app: Flask, source: Path) -> int:
    """Run the main job; one line per step, a JSON object on the last line. 0 when couriers have their tours."""
    started = monotonic()
    say_each(f"map: {source.name}")
    with app.app_context(), city_scope((city := town.make_city(source)).id):
        say_each(f"town: {city.name}")
        places = town.bring_in_streets(source, say_each)
        town.make_people()
        vacancies = town.make_stock(places, say_each)
        town.make_wishes(say_each)
        matches = len(town.match(app, say_each).matches)
        booked = town.book(town.open_hub(say_each), places, say_each)
        plan = plan_day(app, booked.day)
        km = round(plan.metres / 1000, 2)
        told: dict[str, object] = {"tours": len(plan.tours), "unserved": len(plan.unserved), "km": km}
        rides = [ride_of(app, tour) for tour in plan.tours]
    # outside the context above: a browser's requests must not share what it remembers
    files = write_files(app, rides, app.extensions["house"].data_dir / FOLDER)
    told = {"vacancies": vacancies, "matches": matches, "bookings": booked.taken, **told}
    told |= {"files": [str(path.resolve()) for path in files], "seconds": round(monotonic() - started, 1)}
    print(json.dumps(told, ensure_ascii=False))
    return 0


def say_each(line: str) -> None:
    """One line per step."""
    print(line, flush=True)


def plan_day(app: Flask, day: date) -> DayPlan:
    """Let the worker plan the booked day, then give each tour a courier."""
    job = db.session.scalars(select(Job).where(Job.kind == PLAN_DAY, Job.state == JobState.QUEUED)).one()
    town.work_off(app, job)
    town.assign_couriers(day)
    plan = published(day)
    km = plan.metres / 1000
    say_each(f"plan: {len(plan.tours)} tours, {km:.1f} km, {len(plan.unserved)} unserved, by {plan.engine}, checked")
    return plan


def published(day: date) -> DayPlan:
    """The plan in force of a day, as the database has it now."""
    db.session.expire_all()
    found = hubs.published_plan(day)
    if found is None:
        raise RuntimeError(f"no plan for {day}")
    return found


def ride_of(app: Flask, tour: Tour) -> Ride:
    """What is needed to fetch the files of a tour."""
    courier = next(person for person in COURIERS if tour.courier is not None and person.email == tour.courier.email)
    with app.test_request_context():
        words = directions(tour)
    return Ride(courier, f"tour-{tour.vehicle.name.lower().replace(' ', '-')}", words)


def directions(tour: Tour) -> str:
    """The way in words, stop by stop, in German."""
    lines = [board.bike_of(tour), ""]
    for stop in tour.stops:
        lines.append(f"{stop.position}. {stop.shipment.address}, {stop.shipment.recipient}")
        lines += [f"   {say(step['message'])}" for step in board.words_of(stop.steps)]
    return "\n".join([*lines, "", *[f"   {say(step['message'])}" for step in board.words_of(tour.back_steps)], ""])


def write_files(app: Flask, rides: list[Ride], folder: Path) -> list[Path]:
    """Each courier's map, GPX and directions, fetched through the courier's own pages."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    files = [path for ride in rides for path in files_of(app, ride, folder)]
    say_each(f"files: {len(files)} in {folder}")
    return files


def files_of(app: Flask, ride: Ride, folder: Path) -> list[Path]:
    """Map, GPX and directions of one tour."""
    browser = signed_in(app, ride.courier)
    files = {ending: browser.get(page) for ending, page in PAGES.items()}
    for ending, answer in files.items():
        if answer.status_code != 200:
            raise RuntimeError(f"{PAGES[ending]} answered {answer.status_code}")
        (folder / f"{ride.name}{ending}").write_bytes(answer.data)
    (folder / f"{ride.name}.txt").write_text(ride.words, encoding="utf-8")
    return [folder / f"{ride.name}{ending}" for ending in (*PAGES, ".txt")]


def signed_in(app: Flask, person: Person) -> FlaskClient:
    """A browser in which this person has signed in through the form."""
    browser = app.test_client()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get("/login").text)
    data = {"email": person.email, "password": PASSWORD, "csrf_token": token[1] if token else ""}
    if browser.post("/login", data=data).status_code != 302:
        raise RuntimeError(f"{person.email} cannot sign in")
    return browser
