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


class SpellKind(StrEnum):
    """What a shop is used for during a spell (Art der Belegung)."""

    VACANCY = "vacancy"  # Leerstand
    REGULAR = "regular"  # reguläre Nutzung
    INTERIM = "interim"  # Zwischennutzung
    WORKS = "works"  # Umbau


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
}
GRADES = (1, 2, 3, 4, 5)  # best first
