"""Shops divided into parts, and shops shared by times of the week: nobody gets what another has."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from city import clock
from city.db import db, transaction
from city.messages import Conflict
from city.settings import CitySettings
from leerstand import queries
from leerstand.kinds import SpellKind, UseType
from leerstand.matching import candidates as fast
from leerstand.matching.large import LargeSearch
from leerstand.matching.solve import solve
from leerstand.models import Agreement
from leerstand.rules import best, suitability
from leerstand.services import proposals
from leerstand.shares import ALL_WEEK, Share, Way, day_runs, slots_of
from tests import build
from tests.leerstand import plain
from tests.rounds import rounds

PART = {"part_ok": True, "area_min_m2": 30, "area_ideal_m2": 40, "area_max_m2": 60}
MORNINGS, EVENINGS = slots_of(range(3), [0]), slots_of(range(3), [2])


def chosen(houses, wishes):
    found = fast.candidates(houses, wishes, {unit.id: plain.situation() for unit in houses}, CitySettings())
    answer = solve(found.problem, limit_s=5, alternatives=False)
    return {(*found.ids(match.pair), found.share(match.pair)) for match in answer.matches}


def requests(count, **values):
    return [plain.use_request(id=number, title=f"Gesuch {number}", use_type=kind, **values)
            for number, kind in zip(range(1, count + 1), UseType, strict=False)]  # fmt: skip


def test_a_large_shop_is_divided_among_those_whom_a_part_suffices():
    """
    120 m² hold three parts of 40 m², not four; undivided it holds one.
    """
    large = {"area_m2": 120, "rent_cents_m2": 500}
    when = {"duration_min_weeks": 26, "duration_max_weeks": 26, "latest_start": plain.use_request().earliest_start}
    wishes = requests(4, **PART, **when)
    divided = chosen([plain.unit(divisible=True, min_part_m2=30, **large)], wishes)
    undivided = chosen([plain.unit(divisible=False, **large)], wishes)

    assert {share for _, _, share in divided} == {Share(part_m2=40)}
    assert len(divided) == 3
    assert undivided == set()  # all of it is too large for each of them


@pytest.mark.parametrize(
    ("slots", "served"), [((MORNINGS, EVENINGS), 2), ((MORNINGS, MORNINGS), 1), ((MORNINGS, 0), 1)]
)
def test_a_shop_is_shared_by_times_that_do_not_overlap(slots, served):
    """
    The one in the morning, the other in the evening; twice the same morning, or one who is always there: one of both.
    """
    wishes = requests(2)
    for wish, mine in zip(wishes, slots, strict=True):
        wish.slots, wish.latest_start = mine, wish.earliest_start
        wish.duration_min_weeks = wish.duration_max_weeks = 26

    found = chosen([plain.unit(shareable=True)], wishes)

    assert len(found) == served


def test_a_share_pays_its_share():
    """
    Three of 21 times cost a seventh of the rent, and earn a seventh of what a closed gap earns.
    """
    unit, wish = plain.unit(shareable=True, rent_cents_m2=2100), plain.use_request(slots=MORNINGS)
    place = plain.situation(gap_m=14.0)

    whole = suitability(unit, wish, CitySettings(), place)
    found = best(unit, wish, CitySettings(), place)

    assert [one.key for one in whole.obstacles] == ["rent"]
    assert found.possible
    assert found.share == Share(slots=MORNINGS)
    assert {one.key: one.points for one in found.criteria}["gap"] == 14 * 2 // 12
    assert "Rent 180 € a month, within the budget of 800 €." in [str(one.reason) for one in found.findings]


def test_a_hub_and_a_flat_need_all_of_a_shop():
    """
    Whatever the applicant would accept.
    """
    unit = plain.unit(area_m2=120, divisible=True, shareable=True, rent_cents_m2=500)
    for use in (UseType.MICRO_HUB, UseType.HOUSING):
        found = best(unit, plain.use_request(use_type=use, slots=MORNINGS, **PART), CitySettings(), plain.situation())
        assert found.share.whole


@settings(max_examples=rounds(12), deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.sampled_from([0, MORNINGS, EVENINGS, ALL_WEEK])), min_size=1, max_size=6),
    st.booleans(),
    st.booleans(),
)
def test_no_plan_gives_more_than_there_is(wanted, divisible, shareable):
    """
    Whatever is asked for: at every time of the week at most the area of the shop, in the small search and the large.
    """
    house = plain.unit(area_m2=100, rent_cents_m2=300, divisible=divisible, min_part_m2=20, shareable=shareable)
    wishes = requests(len(wanted), area_min_m2=30, area_ideal_m2=45, area_max_m2=100)
    for wish, (part, slots) in zip(wishes, wanted, strict=True):
        wish.part_ok, wish.slots = part, slots
    found = fast.candidates([house], wishes, {1: plain.situation()}, CitySettings())
    if not found.problem.pairs:
        return
    small = [match.pair for match in solve(found.problem, limit_s=2, alternatives=False).matches]
    large, _ = LargeSearch(found.problem, 0.3, 1, 1).run()

    for plan in (small, large):
        for day in {found.starts[pair] for pair in plan}:
            there = [pair for pair in plan if found.starts[pair] <= day < found.ends[pair]]
            for bit in range(21):
                used = [found.share(pair).part_m2 or 100 for pair in there if found.problem.slots[pair] >> bit & 1]
                assert sum(used) <= 100


def test_days_in_a_row_are_said_as_one():
    """
    Monday to Wednesday, and Saturday.
    """
    assert day_runs(slots_of([0, 1, 2, 5], [0])) == [(0, 2), (5, 5)]
    assert Share(slots=MORNINGS).way == Way.TIMES


@pytest.fixture
def shared(town, owner):
    """A shop of 120 m² that can be divided, and three who want 50 m² of it."""
    today = clock.today()
    unit = build.unit(owner_id=owner.id, area_m2=120, rent_cents_m2=500, divisible=True, min_part_m2=30,
                      vacant_since=today - timedelta(days=100))  # fmt: skip
    wishes = [
        build.use_request(title=f"Gesuch {number}", part_ok=True, area_min_m2=40, area_ideal_m2=50, area_max_m2=60,
                          submitted_at=clock.now(), earliest_start=today + timedelta(weeks=number),
                          latest_start=today + timedelta(weeks=8))
        for number in (1, 2, 3)
    ]  # fmt: skip
    return unit.id, [wish.id for wish in wishes]


def agree(unit_id, request_id, manager, owner):
    with transaction():
        proposal = proposals.propose(unit_id, request_id, sender=manager, link_to=str)
    with transaction():
        made = proposals.accept_proposal(owner.id, proposal.id, by=owner.person, note="", link_to=str)
    return made.id


def test_several_agreements_share_one_shop_until_it_is_full(shared, manager, owner):
    """
    Two parts of 50 m² fit into 120 m²; one entry shows both; for the third 20 m² are too little.
    """
    unit_id, wishes = shared
    first, second = (agree(unit_id, wish, manager, owner) for wish in wishes[:2])

    db.session.rollback()
    unit = queries.unit(unit_id)
    there = [spell for spell in unit.spells if spell.kind == SpellKind.INTERIM]
    assert [spell.tenant for spell in there] == ["Gesuch 1, Gesuch 2"]
    assert [row["part_m2"] for row in there[0].shares] == [50, 50]
    assert [queries.agreement(made).rent_cents_month for made in (first, second)] == [250_00, 250_00]
    with pytest.raises(Conflict, match="no longer fits"), transaction():
        proposals.propose(unit_id, wishes[2], sender=manager, link_to=str, share=Share(part_m2=50))

    db.session.rollback()
    with transaction():
        proposals.terminate_agreement(second, ends=queries.agreement(second).starts + timedelta(days=10))
    db.session.rollback()
    spells = queries.unit(unit_id).spells
    assert all(one.ends == other.starts for one, other in pairwise(spells))
    assert [spell.ends for spell in spells if spell.shares] == [db.session.get_one(Agreement, first).ends]


def test_the_owner_is_asked_about_several_shares_at_once_as_long_as_there_is_room(shared, manager, owner):
    """
    Two parts of 50 m² of 120 m²: both asked about, both accepted; no third, and nobody who needs all of it.
    """
    unit_id, wishes = shared
    part, all_of_it = Share(part_m2=50), build.use_request(area_max_m2=120, submitted_at=clock.now()).id
    with transaction():
        asked = [proposals.propose(unit_id, wish, sender=manager, link_to=str, share=part).id for wish in wishes[:2]]
    for wish, share in ((wishes[2], part), (all_of_it, Share())):
        with pytest.raises(Conflict, match="another proposal to answer first"), transaction():
            proposals.propose(unit_id, wish, sender=manager, link_to=str, share=share)
        db.session.rollback()

    for proposal_id in asked:
        with transaction():
            proposals.accept_proposal(owner.id, proposal_id, by=owner.person, note="", link_to=str)
    db.session.rollback()
    there = [spell for spell in queries.unit(unit_id).spells if spell.shares]
    assert [row["part_m2"] for spell in there for row in spell.shares] == [50, 50]


def test_the_plan_offers_to_send_whoever_still_fits_beside_those_asked_about(compute, shared, app, manager):
    """
    One of two sharers is sent: the other can be sent, too; the shop's page names whom its owner is being asked about.
    """
    unit_id, _ = shared
    compute()
    browser = build.browser_of(app, manager)
    first, second = (match.id for match in queries.newest_plan().matches)
    assert f"/plan/vorschlag/{second}" in browser.get(f"/plan?m={second}").text

    browser.post(f"/plan/vorschlag/{first}")
    browser.post(f"/plan/vorschlag/{second}")

    assert f"/plan/vorschlag/{first}" not in browser.get(f"/plan?m={first}").text
    assert browser.get(f"/laeden/{unit_id}").text.count("part of 50 of 120") >= 2
    assert browser.get(f"/laeden/{unit_id}").text.count("Take the proposal back") == 2


def test_the_pages_say_what_of_the_shop_it_is(compute, shared, app, manager, owner):
    """
    Plan, map, proposal, shop and request name the part; two who share a shop stand at one mark of the map.
    """
    unit_id, wishes = shared
    compute()
    browser = build.browser_of(app, manager)

    plan = browser.get("/plan").text
    match = queries.newest_plan().matches[0]
    sending = browser.get(f"/plan/vorschlag/{match.id}").text
    (at_shop,) = browser.get("/plan/karte.json").json["marks"]
    made = agree(unit_id, wishes[0], manager, owner)
    asked = queries.agreement(made).proposal_id

    assert "part of 50 of 120" in plan
    assert at_shop["label"] == "1, 2"
    assert at_shop["title"].count("Gesuch") == 2
    assert "part of 50 of 120" in browser.get(f"/vorschlaege/{asked}").text
    assert "part of 50 of 120" in sending
    assert "part of 50 of 120" in browser.get(f"/laeden/{unit_id}").text
    assert "einen Teil von 50" in browser.get(f"/vereinbarungen/{made}/vertrag").text
    assert "a part would do" in browser.get(f"/gesuche/{wishes[1]}").text
