"""The invented people of the demo, one login per role. These logins exist in demo data only."""

from __future__ import annotations

from dataclasses import dataclass

from city.models import Role

PASSWORD = "probefahrt-2030"  # noqa: S105  printed at the start of every demo; no other data ever has it


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in to the demo."""

    email: str
    name: str
    roles: tuple[Role, ...]


PEOPLE: tuple[Person, ...] = (
    Person("verwaltung@zwischenraum.example", "Ada Albers", (Role.ADMIN,)),
    Person("innenstadt@zwischenraum.example", "Marie Musterberg", (Role.MANAGER,)),
    Person("eigentum@zwischenraum.example", "Otto Eggers", (Role.OWNER,)),
    Person("gesuch@zwischenraum.example", "Gesa Grothe", (Role.APPLICANT,)),
    Person("laden@zwischenraum.example", "Lena Ladwig", (Role.RETAILER,)),
    Person("hub@zwischenraum.example", "Henning Harms", (Role.OPERATOR,)),
    Person("dispo@zwischenraum.example", "Dörte Dierks", (Role.DISPATCHER,)),
    Person("kurier@zwischenraum.example", "Kaya Kröger", (Role.COURIER,)),
)
MORE_COURIERS: tuple[Person, ...] = (
    Person("kurier2@zwischenraum.example", "Jonas Jäger", (Role.COURIER,)),
    Person("kurier3@zwischenraum.example", "Mirja Meßner", (Role.COURIER,)),
    Person("kurier4@zwischenraum.example", "Ömer Özdemir", (Role.COURIER,)),
)
COURIERS = (*(person for person in PEOPLE if Role.COURIER in person.roles), *MORE_COURIERS)
MORE_OWNERS: tuple[Person, ...] = (
    Person("eigentum2@zwischenraum.example", "Hilke Hansen", (Role.OWNER,)),
    Person("eigentum3@zwischenraum.example", "Stefan Stint", (Role.OWNER,)),
    Person("eigentum4@zwischenraum.example", "Paula Petersen", (Role.OWNER,)),
    Person("eigentum5@zwischenraum.example", "Malte Münz", (Role.OWNER,)),
    Person("eigentum6@zwischenraum.example", "Nora Nordmann", (Role.OWNER,)),
)
RETAILERS = (
    "Buchhandlung Kranich",
    "Wollwerk",
    "Spielwaren Zinnober",
    "Teekontor Alte Waage",
    "Papeterie Federstrich",
    "Samenhandlung Grünwald",
    "Optik Weitblick",
)
OWNER_NAMES = (
    "Erbengemeinschaft Eggers",
    "Hansen Grundbesitz GmbH",
    "Stiftung Altes Kaufhaus",
    "Familie Petersen",
    "Wohn- und Geschäftshaus Münz GbR",
    "Norddeutscher Handelsfonds",
)
FIRST_NAMES = (
    "Anke", "Bela", "Carla", "Dirk", "Elif", "Frauke", "Gerd", "Hanna", "Ivo", "Jule", "Kemal", "Liane", "Malte",
    "Nele", "Olaf", "Petra", "Rasmus", "Svenja", "Tarek", "Ute", "Volker", "Wiebke", "Yasmin", "Zoë",
)  # fmt: skip
LAST_NAMES = (
    "Ahrens", "Behrens", "Claußen", "Dammann", "Ehlers", "Friedrichsen", "Gädeke", "Hönig", "Isermann", "Jürgens",
    "Kröger", "Lüders", "Möller", "Niemann", "Oßwald", "Peters", "Quast", "Röhrs", "Schäfer", "Thießen", "Ülker",
    "Voß", "Wöhler", "Zabel",
)  # fmt: skip
