"""What must hold so that a shop can be used as somebody wishes. One rule, one function, one reason. Pure.

``candidates`` computes the same for all pairs at once; a property test proves
that both agree. To add a rule: write it here, add it to ``RULES``, add its
column there and one line to the test table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal

from city.settings import CitySettings
from leerstand import criteria as criteria_of
from leerstand import offers, permits
from leerstand.aptitude import aptitude, gives_up_front, is_housing
from leerstand.findings import Finding, Suitability, Weight, against, caution, fine
from leerstand.kinds import Floor, Ring, UseType
from leerstand.models import CARGO_BIKE_DOOR_CM, Unit, UseRequest
from leerstand.permits import Permission, permission
from leerstand.shares import WHOLE, Share
from leerstand.situation import Situation

Rule = Callable[[Unit, UseRequest, Situation, CitySettings], Finding | None]
MONTH_DAYS = 30  # a subsidy is paid for each begun month
LOUD = 2  # of 0 to 3: from here on quiet neighbours would be disturbed


def suitability(
    unit: Unit,
    request: UseRequest,
    settings: CitySettings,
    situation: Situation,
    *,
    hub_share: int = 0,
    share: Share = WHOLE,
) -> Suitability:
    """Ask every rule and every criterion; keep every answer, so that a match can be explained.

    ``hub_share`` is what logistics says a hub in this shop would be worth, in
    thousandths of what counts fully; ``share`` the part or the times that are
    asked about.
    """
    beside = offers.said_of(unit, situation.sharing, share)
    unit, situation = offers.seen_as(unit, situation, share)
    starts, ends = period(unit, request, situation, settings)
    said = _said(unit, request, settings, situation)
    points = criteria_of.criteria(unit, request, settings, situation, starts=starts, ends=ends, hub_share=hub_share)
    return Suitability((*([beside] if beside else []), *said, *points), starts, ends, share)


def best(
    unit: Unit, request: UseRequest, settings: CitySettings, situation: Situation, *, hub_share: int = 0
) -> Suitability:
    """The way that suits best: all of the shop, a part, or some times; where none is possible all of it."""
    found = [
        suitability(unit, request, settings, situation, hub_share=hub_share, share=offers.share_of(unit, request, way))
        for way in offers.ways(unit, request)
    ]
    possible = [one for one in found if one.possible]
    return max(possible, key=lambda one: one.score) if possible else found[0]


def obstacles(unit: Unit, request: UseRequest, settings: CitySettings, situation: Situation) -> list[Finding]:
    """What stands in the way, without the points: for questions about many pairs of which most are impossible."""
    return [finding for finding in _said(unit, request, settings, situation) if finding.weight == Weight.OBSTACLE]


def _said(unit: Unit, request: UseRequest, settings: CitySettings, situation: Situation) -> Iterable[Finding]:
    said = (rule(unit, request, situation, settings) for rule in RULES)
    return (finding for finding in said if finding is not None)


def period(unit: Unit, request: UseRequest, situation: Situation, settings: CitySettings) -> tuple[date, date]:
    """The first possible day and the day after the last one, whether or not that is long enough."""
    lead = permits.lead_weeks(unit, permits.asked_by(request), settings)
    starts = max(situation.free_from, request.earliest_start, situation.today + timedelta(weeks=lead))
    ends = starts + timedelta(weeks=request.duration_max_weeks)
    return starts, ends if situation.free_until is None else min(ends, situation.free_until)


def largest_m2(request: UseRequest, settings: CitySettings) -> int:
    """Beyond this the shop would stay half empty."""
    return min(request.area_max_m2, settings.max_area_factor * request.area_ideal_m2)


def highest_rent_cents(request: UseRequest, settings: CitySettings) -> int:
    """What negotiation may still close, per month."""
    return request.budget_cents_month * (100 + settings.rent_tolerance_percent) // 100


def subsidy_cents(unit: Unit, request: UseRequest, settings: CitySettings) -> int:
    """What the city would have to add each month so that the rent can be paid; 0 when nothing is needed or possible.

    Only uses that serve a public aim are eligible; a share of the rent and an
    amount a month are the limits.
    """
    missing = unit.rent_cents_month - highest_rent_cents(request, settings)
    most = min(unit.rent_cents_month * settings.subsidy_share_percent // 100, 100 * settings.subsidy_most_eur_month)
    eligible = settings.subsidy_budget_eur > 0 and bool(request.public_value)
    return missing if eligible and 0 < missing <= most else 0


def subsidy_eur(cents_month: int, starts: date, ends: date) -> int:
    """Whole euros that a subsidy takes from the budget over the whole use; begun months count."""
    months = -(-(ends - starts).days // MONTH_DAYS)
    return -(-cents_month * months // 100)


def euros(cents: int) -> Decimal:
    """Whole euros, so that the sentence writes them as people here do."""
    return Decimal(cents // 100 if cents % 100 == 0 else round(cents / 100))


def area_fits(unit: Unit, request: UseRequest, situation: Situation, settings: CitySettings) -> Finding:
    """The shop offers the area asked for, and not so much more that half of it stays empty."""
    has, most = unit.area_m2, largest_m2(request, settings)
    if has < request.area_min_m2:
        return against("Needs %(needs)d m², here are %(has)d m².", "area", needs=request.area_min_m2, has=has)
    if has > most:
        return against("Wants at most %(most)d m², here are %(has)d m².", "area", most=most, has=has)
    return fine("%(has)d m², wanted are %(needs)d m².", "area", has=has, needs=request.area_ideal_m2)


def visitors_find_room(unit: Unit, request: UseRequest, situation: Situation, settings: CitySettings) -> Finding | None:
    """So many people may be in the room at once."""
    comes, may = request.visitors_max, unit.max_persons
    if comes is None or may is None:
        return None
    if comes > may:
        return against("Expects up to %(comes)d visitors, %(may)d are allowed here.", "visitors", comes=comes, may=may)
    return fine("Up to %(may)d people may be here, %(comes)d are expected.", "visitors", comes=comes, may=may)


def second_exit_is_there(
    unit: Unit, request: UseRequest, situation: Situation, settings: CitySettings
) -> Finding | None:
    """Where many come at once there are two ways out."""
    comes, limit = request.visitors_max, settings.second_exit_visitors
    if comes is None or comes <= limit:
        return None
    if not unit.second_exit:
        return against("Expects more than %(limit)d visitors; here is no second escape route.", "exit", limit=limit)
    return fine("A second escape route is there.", "exit")


def floor_fits(unit: Unit, request: UseRequest, situation: Situation, settings: CitySettings) -> Finding | None:
    """Whoever needs the street level gets it."""
    if request.ground_floor_only and unit.floor != Floor.GROUND:
        return against("Needs the ground floor; this room lies elsewhere in the house.", "floor")
    return None


def entrance_is_step_free(
    unit: Unit, request: UseRequest, situation: Situation, settings: CitySettings
) -> Finding | None:
    """Whoever needs a level entrance gets one."""
    if not request.step_free_required:
        return None
    if not unit.step_free:
        return against("Needs a step-free entrance; here is a step.", "step_free")
    return fine("The entrance is step-free.", "step_free")


def water_is_there(unit: Unit, request: UseRequest, situation: Situation, settings: CitySettings) -> Finding | None:
    """Whoever needs water gets it."""
    if not request.needs_water:
        return None
    return fine("Water is there.", "water") if unit.water else against("Needs water; here is none.", "water")


def heating_is_there(unit: Unit, request: UseRequest, situation: Situation, settings: CitySettings) -> Finding | None:
    """Whoever needs heating gets it."""
    if not request.needs_heating:
        return None
    return fine("Heating is there.", "heating") if unit.heating else against("Needs heating; here is none.", "heating")


def exhaust_air_is_there(
    unit: Unit, request: UseRequest, situation: Situation, settings: CitySettings
) -> Finding | None:
    """Whoever needs an exhaust duct gets one."""
    if not request.needs_exhaust_air:
        return None
    if not unit.exhaust_air:
        return against("Needs an exhaust duct; here is none.", "exhaust_air")
    return fine("An exhaust duct is there.", "exhaust_air")


def power_suffices(unit: Unit, request: UseRequest, situation: Situation, settings: CitySettings) -> Finding | None:
    """The connection carries what the use draws."""
    needs, has = request.needs_power_kw, unit.power_kw
    if needs == 0:
        return None
    if has < needs:
        return against("Needs %(needs)d kW of power, the connection has %(has)d kW.", "power", needs=needs, has=has)
    return fine("%(has)d kW of power, %(needs)d kW are needed.", "power", has=has, needs=needs)


def delivery_door_is_there(
    unit: Unit, request: UseRequest, situation: Situation, settings: CitySettings
) -> Finding | None:
    """Whoever gets bulky goods has a door for them."""
    if not request.needs_delivery_door:
        return None
    if not unit.delivery_door:
        return against("Needs a door for deliveries; here is none.", "delivery_door")
    return fine("A door for deliveries is there.", "delivery_door")


def hub_can_work(unit: Unit, request: UseRequest, situation: Situation, settings: CitySettings) -> Finding | None:
    """A micro-hub lies at street level, has room for bikes and a door they pass."""
    if request.use_type != UseType.MICRO_HUB:
        return None
    if unit.area_m2 < settings.hub_min_area_m2:
        least = settings.hub_min_area_m2
        return against("A hub needs %(needs)d m², here are %(has)d m².", "hub", needs=least, has=unit.area_m2)
    if unit.floor != Floor.GROUND or not unit.step_free:
        return against("A hub needs a step-free room at street level.", "hub")
    if unit.door_width_cm < CARGO_BIKE_DOOR_CM:
        return against(
            "A loaded cargo bike needs a door of %(needs)d cm, this one has %(has)d cm.",
            "hub",
            needs=CARGO_BIKE_DOOR_CM,
            has=unit.door_width_cm,
        )
    return fine("A loaded cargo bike can be ridden in.", "hub")


def housing_suits(unit: Unit, request: UseRequest, situation: Situation, settings: CitySettings) -> Finding | None:
    """A flat at street level belongs outside the core, in a room that suits living (Wohnbegabung)."""
    if not is_housing(request):
        return None
    score, least = aptitude(unit, situation).score, settings.housing_least_points
    if unit.ring == Ring.CORE and unit.floor != Floor.UPPER:
        return against("In the core the shop fronts stay shops.", "core")
    if score < least:
        return against(
            "Suits housing with %(score)d of 100 points, %(least)d are needed.", "aptitude", score=score, least=least
        )
    return fine("Suits housing with %(score)d of 100 points.", "aptitude", score=score)


def edge_gives_way_first(
    unit: Unit, request: UseRequest, situation: Situation, settings: CitySettings
) -> Finding | None:
    """Shop fronts are converted from the outer end of a street inward, never in between (von außen nach innen)."""
    if not gives_up_front(unit, request) or criteria_of.in_order(situation):
        return None
    if situation.kept_further_out:
        say = against if settings.outside_in else caution
        return say("Further out %(address)s is still a shop.", "outside_in", address=situation.kept_further_out)
    return caution("Only together with the shops further out, or after them.", "outside_in")


def zone_allows(unit: Unit, request: UseRequest, situation: Situation, settings: CitySettings) -> Finding:
    """Planning law probably allows the use in this area."""
    zone = unit.baunvo_zone.value
    said = permission(unit.baunvo_zone, request.use_type, request.noise)
    if said == Permission.FORBIDDEN:
        return against("Probably too loud for this area (%(zone)s).", "zone", zone=zone)
    if request.use_type.value in unit.bplan_excludes:
        return against("The development plan rules this use out.", "zone")
    if said == Permission.EXCEPTION:
        return caution("Probably allowed in this area (%(zone)s) only as an exception.", "zone", zone=zone)
    if said == Permission.CONDITION:
        return caution("Probably allowed in this area (%(zone)s) under conditions.", "zone", zone=zone)
    return fine("Probably allowed in this area (%(zone)s).", "zone", zone=zone)


def permit_is_known(unit: Unit, request: UseRequest, situation: Situation, settings: CitySettings) -> Finding | None:
    """Which permit is probably needed; it moves the first day."""
    asked = permits.asked_by(request)
    if permits.level_of(unit, asked) == permits.Level.FORBIDDEN:
        return None  # the rule of the zone has said so
    make = caution if permits.lead_weeks(unit, asked, settings) else fine
    reason = permits.sentence(unit, asked, settings)
    return make(reason.text, "permit", **reason.values)


def owner_allows_use(unit: Unit, request: UseRequest, situation: Situation, settings: CitySettings) -> Finding | None:
    """The owner has not ruled this use out."""
    if request.use_type.value in unit.excluded_uses:
        return against("The owner does not want this use here.", "owner")
    return None


def starts_in_time(unit: Unit, request: UseRequest, situation: Situation, settings: CitySettings) -> Finding | None:
    """The shop is free before the request's latest start."""
    starts, _ = period(unit, request, situation, settings)
    if starts > request.latest_start:
        return against(
            "Can start on %(starts)s, must start by %(latest)s.", "start", starts=starts, latest=request.latest_start
        )
    return None


def lasts_long_enough(unit: Unit, request: UseRequest, situation: Situation, settings: CitySettings) -> Finding | None:
    """The shop stays free as long as the use needs it at least."""
    starts, ends = period(unit, request, situation, settings)
    weeks = max(0, (ends - starts).days) // 7
    if weeks < request.duration_min_weeks:
        return against(
            "Needs %(needs)d weeks, free are %(has)d weeks.", "duration", needs=request.duration_min_weeks, has=weeks
        )
    return None


def rent_is_affordable(unit: Unit, request: UseRequest, situation: Situation, settings: CitySettings) -> Finding:
    """The rent lies within the budget, or so little above that negotiation may close it."""
    rent, budget = unit.rent_cents_month, request.budget_cents_month
    values = {"rent": euros(rent), "budget": euros(budget)}
    if rent > highest_rent_cents(request, settings):
        if added := subsidy_cents(unit, request, settings):
            return caution(
                "Rent %(rent)s € a month, budget %(budget)s €: the city would add %(added)s €.",
                "rent",
                added=euros(added),
                **values,
            )
        return against("Rent %(rent)s € a month, budget %(budget)s €.", "rent", **values)
    if rent > budget:
        return caution("Rent %(rent)s € a month is a little above the budget of %(budget)s €.", "rent", **values)
    return fine("Rent %(rent)s € a month, within the budget of %(budget)s €.", "rent", **values)


def owner_keeps_input_tax(
    unit: Unit, request: UseRequest, situation: Situation, settings: CitySettings
) -> Finding | None:
    """An owner who has opted for VAT loses input tax with a tenant who deducts none (§ 9 (2) UStG, § 27 (2) UStG)."""
    if not unit.vat_opted or unit.begun_before_1993_11_11 or request.deducts_vat:
        return None
    return caution("The owner charges VAT; with this tenant the owner probably loses input tax (§ 9 (2) UStG).", "tax")


def disturbs(request: UseRequest) -> bool:
    """Whether neighbours who need quiet would hear it: loud uses, and the loading of a hub."""
    return request.noise >= LOUD or request.use_type == UseType.MICRO_HUB


def neighbours_get_along(
    unit: Unit, request: UseRequest, situation: Situation, settings: CitySettings
) -> Finding | None:
    """A loud use does not move in beside one that needs quiet, and no hub with its loading."""
    if request.use_type == UseType.MICRO_HUB and situation.quiet_neighbour:
        return against("Loading would disturb %(address)s.", "neighbour", address=situation.quiet_neighbour)
    if request.noise >= LOUD and situation.quiet_neighbour:
        return against("Too loud beside %(address)s.", "neighbour", address=situation.quiet_neighbour)
    return None


RULES: tuple[Rule, ...] = (
    area_fits,
    visitors_find_room,
    second_exit_is_there,
    floor_fits,
    entrance_is_step_free,
    water_is_there,
    heating_is_there,
    exhaust_air_is_there,
    power_suffices,
    delivery_door_is_there,
    hub_can_work,
    housing_suits,
    edge_gives_way_first,
    zone_allows,
    permit_is_known,
    owner_allows_use,
    starts_in_time,
    lasts_long_enough,
    rent_is_affordable,
    owner_keeps_input_tax,
    neighbours_get_along,
)
