"""What speaks for a pair, in whole points. Each criterion gives at most its weight; the sum is the score. Pure.

The default weights are a starting point that each city changes. Whole numbers
throughout, so that the points a person sees add up and the solver adds the
same ones. ``candidates`` computes the same for all pairs at once.
"""

from __future__ import annotations

from datetime import date

from city.settings import CitySettings
from leerstand.aptitude import aptitude, gives_up_front, is_housing
from leerstand.findings import Finding, scored
from leerstand.kinds import Category, Ring, UseType
from leerstand.models import Unit, UseRequest
from leerstand.situation import Situation
from routing.message import N_

SNAPSHOTS_AHEAD = (180,)  # days from today on which a plan looks at rows of empty shops
STRETCH_PARTS = 2 * len(SNAPSHOTS_AHEAD)  # two neighbours on each of them
PER_MILLE = 1000
SLOW_DAYS = 180  # waiting longer than this saves no vacancy worth naming
LONG_DAYS = 182  # a use of half a year or more counts fully
OLD_DAYS = 730  # two years empty: the longest that still adds urgency
FULL_GAP_M = 12  # a front of this width is a full gap
FULL_VALUES = 3  # so many kinds of public value count fully
DRAWS_PEOPLE = 2  # of 0 to 3: such uses belong inward

INWARD = frozenset({Category.RETAIL, Category.FOOD, Category.GASTRONOMY})
OUTWARD = frozenset({Category.LOGISTICS, Category.WORK, Category.HEALTH, Category.SERVICE})
# Share of the ring's weight in halves: what belongs inside counts fully in the core, what belongs outside at the edge.
RING_HALVES = {
    "inward": {Ring.CORE: 2, Ring.SUPPLEMENT: 1, Ring.EDGE: 0},
    "outward": {Ring.CORE: 0, Ring.SUPPLEMENT: 2, Ring.EDGE: 2},
    "either": {Ring.CORE: 1, Ring.SUPPLEMENT: 2, Ring.EDGE: 1},
}
DELIVERS = frozenset({UseType.MICRO_HUB, UseType.CLICK_AND_COLLECT})


def criteria(
    unit: Unit,
    request: UseRequest,
    settings: CitySettings,
    situation: Situation,
    *,
    starts: date,
    ends: date,
    hub_share: int,
) -> tuple[Finding, ...]:
    """Every criterion's points with its reason, in the order in which a page shows them."""
    return (
        gap(unit, request, settings, situation),
        stretch(
            settings, _dead_neighbours(unit, request, situation) * snapshots_covered(situation.today, starts, ends)
        ),
        transition(settings, situation, starts, ends),
        diversity(settings, situation.same_kind.get(request.category, 0)),
        place(unit, request, settings, situation),
        public_value(request, settings),
        fit(unit, request, settings),
        footfall(request, settings),
        owner(unit, request, settings),
        hub(request, settings, hub_share),
        learning(request, settings),
        permanence(request, settings),
    )


def transition(settings: CitySettings, situation: Situation, starts: date, ends: date) -> Finding:
    """Days of vacancy avoided; the longer a shop has been empty the more a quick start counts (squared)."""
    wait = (starts - situation.today).days
    soon = max(0, SLOW_DAYS - wait)
    long = min(LONG_DAYS, max(0, (ends - starts).days))
    empty = min(OLD_DAYS, situation.empty_days)
    whole = settings.weight_transition
    share = situation.share_permille
    points = (
        whole * soon * long * (OLD_DAYS**2 + empty**2) * share // (SLOW_DAYS * LONG_DAYS * 2 * OLD_DAYS**2 * PER_MILLE)
    )
    if situation.empty_since is None:
        return scored("Follows in %(wait)d days, before the shop stands empty.", "transition", points, whole, wait=wait)
    return scored(
        "Starts in %(wait)d days; empty for %(empty)d days.",
        "transition",
        points,
        whole,
        wait=wait,
        empty=situation.empty_days,
    )


def closed_m(unit: Unit, request: UseRequest, situation: Situation) -> float:
    """Metres of front that come back to life; none where the shop becomes a flat."""
    return 0.0 if gives_up_front(unit, request) else situation.gap_m * situation.share_permille / PER_MILLE


def _dead_neighbours(unit: Unit, request: UseRequest, situation: Situation) -> int:
    return 0 if gives_up_front(unit, request) else situation.dead_neighbours


def gap(unit: Unit, request: UseRequest, settings: CitySettings, situation: Situation) -> Finding:
    """Front that comes back to life between active uses."""
    whole, metres = settings.weight_gap, round(closed_m(unit, request, situation))
    points = whole * min(FULL_GAP_M, metres) // FULL_GAP_M
    if gives_up_front(unit, request):
        return scored("Gives up the shop front for good.", "gap", 0, whole)
    if metres == 0:
        return scored("Closes no gap: lies beyond the outermost active shop, or is not empty.", "gap", 0, whole)
    return scored("Closes a gap of %(metres)d m between active shops.", "gap", points, whole, metres=metres)


def snapshots_covered(today: date, starts: date, ends: date) -> int:
    """On how many of the days that the plan looks at the use is there."""
    return sum(starts.toordinal() <= today.toordinal() + ahead < ends.toordinal() for ahead in SNAPSHOTS_AHEAD)


def stretch_step(settings: CitySettings) -> int:
    """Points for one pair of dead neighbours on one of those days."""
    return settings.weight_stretch // STRETCH_PARTS


def stretch(settings: CitySettings, parts: int) -> Finding:
    """Dead neighbours that are no longer two in a row; ``parts`` of neighbours times days looked at."""
    whole = settings.weight_stretch
    points = stretch_step(settings) * parts
    if points == 0:
        return scored("Stands beside no other empty shop, or its neighbour earns this.", "stretch", 0, whole)
    return scored("Breaks up a row of empty shops.", "stretch", points, whole)


def direction(request: UseRequest) -> str:
    """Where a use belongs: inward, outward, or either."""
    if request.category in INWARD or request.footfall >= DRAWS_PEOPLE:
        return "inward"
    return "outward" if request.category in OUTWARD else "either"


def in_order(situation: Situation) -> bool:
    """Whether a conversion here is the next one from the outside in, whatever else the plan does."""
    return not situation.kept_further_out and not situation.next_out


def place(unit: Unit, request: UseRequest, settings: CitySettings, situation: Situation) -> Finding:
    """Where it belongs: for a flat how well the room suits housing, for all others the ring."""
    if not is_housing(request):
        return ring(unit, request, settings)
    whole, score = settings.weight_ring, aptitude(unit, situation).score
    if not settings.outside_in and not in_order(situation):
        return scored("Shops further out would have to become flats first.", "ring", 0, whole)
    return scored("Suits housing with %(score)d of 100 points.", "ring", whole * score // 100, whole, score=score)


def ring(unit: Unit, request: UseRequest, settings: CitySettings) -> Finding:
    """What draws people belongs inside; what needs room or calm belongs outside."""
    whole = settings.weight_ring
    halves = RING_HALVES[direction(request)][unit.ring]
    text = (N_("Would suit another place better."), N_("Suits this place partly."), N_("Belongs just here."))[halves]
    return scored(text, "ring", whole * halves // 2, whole)


def marginal_diversity(whole: int, already: int) -> int:
    """Points of one more use of a kind where ``already`` many are: 1, 1/3, 1/15, then negative."""
    if already >= 3:
        return -(whole // 6)
    return (whole, whole // 3, whole // 15)[already]


def diversity(settings: CitySettings, already: int) -> Finding:
    """The first of its kind enriches a street, the fourth does not."""
    whole = settings.weight_diversity
    points = marginal_diversity(whole, already)
    if already == 0:
        return scored("The first of its kind in this street.", "diversity", points, whole)
    return scored("%(already)d of this kind in this street already.", "diversity", points, whole, already=already)


def public_value(request: UseRequest, settings: CitySettings) -> Finding:
    """What the use gives back: regional, circular, social, education, culture, research."""
    count = len(set(request.public_value))
    points = settings.weight_public * min(FULL_VALUES, count) // FULL_VALUES
    text = N_("Serves %(count)d public aims.") if count != 1 else N_("Serves one public aim.")
    return scored(text, "public", points, settings.weight_public, count=count)


def fit(unit: Unit, request: UseRequest, settings: CitySettings) -> Finding:
    """The nearer to the area wished for, the better."""
    wish, off = request.area_ideal_m2, abs(unit.area_m2 - request.area_ideal_m2)
    points = settings.weight_fit * max(0, wish - off) // wish
    return scored(
        "%(wish)d m² wished for, %(has)d m² there.", "fit", points, settings.weight_fit, wish=wish, has=unit.area_m2
    )


def footfall(request: UseRequest, settings: CitySettings) -> Finding:
    """Whether people come because of it."""
    whole = settings.weight_footfall
    words = (N_("Draws no one."), N_("Draws a few people."), N_("Draws people."), N_("Draws many people."))
    return scored(words[request.footfall], "footfall", whole * request.footfall // 3, whole)


def owner(unit: Unit, request: UseRequest, settings: CitySettings) -> Finding:
    """The owner gets the rent asked for; above the budget the points fall to nothing at the tolerance."""
    whole, rent, budget = settings.weight_owner, unit.rent_cents_month, request.budget_cents_month
    if rent <= budget:
        return scored("The budget covers the rent.", "owner", whole, whole)
    most = budget * (100 + settings.rent_tolerance_percent) // 100
    points = whole * max(0, most - rent) // max(1, most - budget)
    return scored("The budget covers the rent only in part.", "owner", points, whole)


def hub(request: UseRequest, settings: CitySettings, hub_share: int) -> Finding:
    """What a hub here saves in deliveries, as logistics reckons it: ``hub_share`` thousandths of what counts fully."""
    whole = settings.weight_hub
    if request.use_type not in DELIVERS:
        return scored("Not a place for deliveries.", "hub", 0, whole)
    points = whole * min(PER_MILLE, max(0, hub_share)) // PER_MILLE
    text = N_("Shortens delivery trips.") if points else N_("No shorter delivery trips known.")
    return scored(text, "hub", points, whole)


def learning(request: UseRequest, settings: CitySettings) -> Finding:
    """An experiment that says what it wants to learn."""
    whole = settings.weight_learning
    if request.evaluates:
        return scored("Says what it wants to learn, and how it will know.", "learning", whole, whole)
    return scored("Without an evaluation.", "learning", 0, whole)


def permanence(request: UseRequest, settings: CitySettings) -> Finding:
    """It may stay when it works."""
    whole = settings.weight_permanence
    if request.wants_permanent:
        return scored("Wants to stay for good.", "permanence", whole, whole)
    return scored("Plans for a while only.", "permanence", 0, whole)
