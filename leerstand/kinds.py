"""The words of the trade that are stored: kinds of use, place, law and state, each with its label. Pure."""

from __future__ import annotations

from enum import StrEnum


class Category(StrEnum):
    """What a street is mixed of (Branche); diversity counts these."""

    RETAIL = "retail"
    FOOD = "food"
    GASTRONOMY = "gastronomy"
    CRAFT = "craft"
    CULTURE = "culture"
    EDUCATION = "education"
    WORK = "work"
    HEALTH = "health"
    SOCIAL = "social"
    SPORT = "sport"
    SERVICE = "service"
    LOGISTICS = "logistics"
    HOUSING = "housing"  # in a shop that becomes a flat


class UseType(StrEnum):
    """What somebody wants to do in a shop (Nutzungsart)."""

    POP_UP = "pop_up"
    RETAIL = "retail"
    GASTRONOMY = "gastronomy"
    CAFE = "cafe"
    CRAFT = "craft"
    GLASS_WORKSHOP = "glass_workshop"
    MANUFACTORY = "manufactory"
    REPAIR_CAFE = "repair_cafe"
    FABLAB = "fablab"
    MAKERSPACE = "makerspace"
    URBAN_FARMING = "urban_farming"
    STUDIO = "studio"
    EXHIBITION = "exhibition"
    LEARNING = "learning"
    FORUM = "forum"
    SCIENCE_WINDOW = "science_window"
    CO_WORKING = "co_working"
    OFFICE = "office"
    PRACTICE = "practice"
    CHILDCARE = "childcare"
    SOCIAL_ADVICE = "social_advice"
    SPORT = "sport"
    MICRO_HUB = "micro_hub"
    CLICK_AND_COLLECT = "click_and_collect"
    RECYCLING = "recycling"
    WINDOW_DISPLAY = "window_display"
    HOUSING = "housing"  # Umnutzung zu Wohnraum, for good


class Ring(StrEnum):
    """How far inside the centre a place lies (Ring)."""

    CORE = "core"  # Kern
    EDGE = "edge"  # Rand
    SUPPLEMENT = "supplement"  # Ergänzung


class Side(StrEnum):
    """Side of the street (Straßenseite); in most towns the house numbers tell."""

    ODD = "odd"
    EVEN = "even"


class Floor(StrEnum):
    """Where in the house the room lies (Geschoss)."""

    BASEMENT = "basement"
    GROUND = "ground"
    UPPER = "upper"


class Zone(StrEnum):
    """Kind of building area after the Baunutzungsverordnung (Baugebiet)."""

    MK = "MK"  # Kerngebiet, § 7
    MU = "MU"  # Urbanes Gebiet, § 6a
    MI = "MI"  # Mischgebiet, § 6
    WA = "WA"  # Allgemeines Wohngebiet, § 4


class Heritage(StrEnum):
    """Protection of the building as a monument (Denkmalschutz)."""

    NONE = "none"
    SURROUNDINGS = "surroundings"
    ENSEMBLE = "ensemble"
    MONUMENT = "monument"


class Visibility(StrEnum):
    """What the public may see of a vacancy (Sichtbarkeit)."""

    INTERNAL = "internal"  # nothing
    COARSE = "coarse"  # area and a grid cell of some 110 m
    PUBLIC = "public"  # address and sign, with the owner's consent


class UnitKind(StrEnum):
    """What kind of room it is (Art der Einheit)."""

    SHOP = "shop"  # Ladenlokal
    GASTRONOMY = "gastronomy"
    DEPARTMENT_STORE = "department_store"  # Kaufhaus
    OFFICE = "office"
    PRACTICE = "practice"
    STORAGE = "storage"
    UPPER_ROOMS = "upper_rooms"  # Obergeschoss


class Condition(StrEnum):
    """State of the room (Zustand)."""

    READY = "ready"  # bezugsfertig
    NEEDS_PAINT = "needs_paint"  # renovierungsbedürftig
    NEEDS_REPAIR = "needs_repair"  # sanierungsbedürftig
    SHELL = "shell"  # Rohbau


class EnergyCertificate(StrEnum):
    """What the energy certificate rests on (Energieausweis, § 79 GEG)."""

    DEMAND = "demand"  # Bedarfsausweis
    CONSUMPTION = "consumption"  # Verbrauchsausweis


class RentForm(StrEnum):
    """How the rent is reckoned (Mietform)."""

    FIXED = "fixed"  # Festmiete
    STEPPED = "stepped"  # Staffelmiete
    INDEXED = "indexed"  # Indexmiete
    TURNOVER = "turnover"  # Umsatzmiete
    SYMBOLIC = "symbolic"  # Anerkennungsbetrag
    COSTS_ONLY = "costs_only"  # nur Betriebskosten
    FREE = "free"  # mietfrei, Leihe
    THIRDS = "thirds"  # Drittelmodell
    CITY_LETS = "city_lets"  # Zwischenanmietung durch die Stadt


class DatePrecision(StrEnum):
    """How exactly a day is known (Genauigkeit)."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    GUESSED = "guessed"


class VacancyReason(StrEnum):
    """Why a shop stands empty (Leerstandsgrund), after gif and aREAL."""

    CHANGE = "change"  # Fluktuation
    GIVEN_UP = "given_up"  # Geschäftsaufgabe
    INSOLVENCY = "insolvency"
    RENT = "rent"  # Mietforderung
    LAYOUT = "layout"  # Zuschnitt, Größe
    UNSEEN = "unseen"  # Sichtbarkeit
    STEPS = "steps"  # Stufen im Eingang
    CONDITION = "condition"  # Zustand
    WORKS_PLANNED = "works_planned"  # Sanierung geplant
    HEIRS = "heirs"  # Erbengemeinschaft
    SPECULATION = "speculation"
    PERMIT = "permit"  # Genehmigung
    OTHER = "other"


class VacancyStage(StrEnum):
    """How far looking for a new use has come (Stand der Vermarktung)."""

    RECORDED = "recorded"  # Aufnahme
    MARKETED = "marketed"  # in Vermarktung
    RESERVED = "reserved"
    UNMARKETABLE = "unmarketable"  # nicht vermarktbar


class Threat(StrEnum):
    """Why a use will probably end (Leerstand droht)."""

    NOTICE = "notice"  # gekündigt
    LEASE_END = "lease_end"  # Vertrag läuft aus
    SUCCESSION = "succession"  # Nachfolge offen


class OwnerKind(StrEnum):
    """Who owns (Art des Eigentümers)."""

    PRIVATE = "private"
    HEIRS = "heirs"  # Erbengemeinschaft
    PARTNERSHIP = "partnership"  # GbR
    COMPANY = "company"  # GmbH, AG
    FUND = "fund"
    MUNICIPALITY = "municipality"
    CHURCH_OR_FOUNDATION = "church_or_foundation"


class Willingness(StrEnum):
    """Whether an owner would take an interim use (Bereitschaft)."""

    YES = "yes"
    NO = "no"
    OPEN = "open"


class LegalBasis(StrEnum):
    """Why the city may keep an owner's data (Rechtsgrundlage)."""

    TASK = "task"  # Art. 6 (1) e DSGVO with state law
    CONSENT = "consent"  # Art. 6 (1) a DSGVO


class ContactRole(StrEnum):
    """For whom somebody answers (Kontaktrolle)."""

    OWNER = "owner"
    SPOKESPERSON = "spokesperson"  # of heirs or partners
    MANAGEMENT = "management"  # Hausverwaltung
    AGENT = "agent"  # Makler
    LEGAL = "legal"  # Rechtsvertretung


class Channel(StrEnum):
    """How somebody is reached (Weg)."""

    MAIL = "mail"
    PHONE = "phone"
    LETTER = "letter"
    MEETING = "meeting"


class ConsentScope(StrEnum):
    """What an owner allows to be shown of a free shop (Umfang der Einwilligung)."""

    PLACE = "place"  # address, sign, exact place
    ROOM = "room"  # area, front, fittings
    PHOTO = "photo"
    RENT = "rent"


class SpellKind(StrEnum):
    """What a shop is used for during a spell (Art der Belegung)."""

    VACANCY = "vacancy"  # Leerstand
    REGULAR = "regular"  # reguläre Nutzung
    INTERIM = "interim"  # Zwischennutzung
    WORKS = "works"  # Umbau
    CONVERTED = "converted"  # dauerhaft umgenutzt: no shop window any more
    CLOSED = "closed"  # stillgelegt: pulled down, joined to another shop


class PublicValue(StrEnum):
    """What a use gives back to the town (Gemeinwohl)."""

    REGIONAL = "regional"
    CIRCULAR = "circular"
    DECARBONISING = "decarbonising"
    SOCIAL = "social"
    EDUCATION = "education"
    CULTURE = "culture"
    RESEARCH = "research"


class RequestState(StrEnum):
    """Where a request stands (Stand des Gesuchs)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    PROPOSED = "proposed"
    AGREED = "agreed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class ProposalState(StrEnum):
    """Where a proposal to an owner stands (Stand des Vorschlags)."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class AgreementState(StrEnum):
    """Where an agreement stands (Stand der Vereinbarung)."""

    AGREED = "agreed"  # in force from its start to its end
    TERMINATED = "terminated"  # ended before its time; its end has been moved


class RuleKind(StrEnum):
    """What the city has decided beforehand for its plan (Vorgabe)."""

    PIN = "pin"  # this request into this shop (festhalten)
    FORBID = "forbid"  # not this request in this shop (ausschließen)
    RESERVE = "reserve"  # this shop stays out of the plan (zurückhalten)
    CAP = "cap"  # at most so many new uses of a kind in a street (Obergrenze)
    QUOTA = "quota"  # at least so many (Quote)


CATEGORY_OF: dict[UseType, Category] = {
    UseType.POP_UP: Category.RETAIL,
    UseType.RETAIL: Category.RETAIL,
    UseType.GASTRONOMY: Category.GASTRONOMY,
    UseType.CAFE: Category.GASTRONOMY,
    UseType.CRAFT: Category.CRAFT,
    UseType.GLASS_WORKSHOP: Category.CRAFT,
    UseType.MANUFACTORY: Category.CRAFT,
    UseType.REPAIR_CAFE: Category.SOCIAL,
    UseType.FABLAB: Category.CRAFT,
    UseType.MAKERSPACE: Category.EDUCATION,
    UseType.URBAN_FARMING: Category.FOOD,
    UseType.STUDIO: Category.CULTURE,
    UseType.EXHIBITION: Category.CULTURE,
    UseType.LEARNING: Category.EDUCATION,
    UseType.FORUM: Category.SOCIAL,
    UseType.SCIENCE_WINDOW: Category.EDUCATION,
    UseType.CO_WORKING: Category.WORK,
    UseType.OFFICE: Category.WORK,
    UseType.PRACTICE: Category.HEALTH,
    UseType.CHILDCARE: Category.SOCIAL,
    UseType.SOCIAL_ADVICE: Category.SOCIAL,
    UseType.SPORT: Category.SPORT,
    UseType.MICRO_HUB: Category.LOGISTICS,
    UseType.CLICK_AND_COLLECT: Category.LOGISTICS,
    UseType.RECYCLING: Category.SERVICE,
    UseType.WINDOW_DISPLAY: Category.CULTURE,
    UseType.HOUSING: Category.HOUSING,
}
GRADES = (1, 2, 3, 4, 5)  # best first
