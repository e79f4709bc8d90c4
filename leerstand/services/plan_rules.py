"""What the city decides beforehand for its plans: fix, exclude, hold back, limit, let go. All of it is logged."""

from __future__ import annotations

from city import audit, clock
from city.db import db
from city.messages import Conflict
from leerstand import queries
from leerstand.kinds import Category, RuleKind
from leerstand.models import PlanRule

AGAINST = {RuleKind.PIN: RuleKind.FORBID, RuleKind.FORBID: RuleKind.PIN}
MOST_CAP = 50


def decide_pair(kind: RuleKind, unit_id: int, request_id: int, *, by_id: int) -> PlanRule:
    """Fix a request in a shop, or exclude it there; the opposite decision about the pair is let go of."""
    unit, request = queries.unit(unit_id), queries.request(request_id)
    for rule in queries.plan_rules():
        if rule.unit_id == unit.id and rule.request_id == request.id:
            if rule.kind == kind:
                return rule
            if rule.kind == AGAINST[kind]:
                db.session.delete(rule)
        elif kind == rule.kind == RuleKind.PIN and rule.request_id == request.id and rule.unit is not None:
            raise Conflict(
                "“%(title)s” is fixed in %(there)s already. Please let go of that first.",
                title=request.title,
                there=rule.unit.address,
            )
    return _keep(PlanRule(kind=kind, unit_id=unit.id, request_id=request.id), by_id)


def reserve(unit_id: int, *, by_id: int) -> PlanRule:
    """Keep a shop out of the plan. Raises Conflict while a request is fixed there."""
    unit = queries.unit(unit_id)
    for rule in queries.plan_rules():
        if rule.unit_id == unit.id and rule.kind == RuleKind.RESERVE:
            return rule
        if rule.unit_id == unit.id and rule.kind == RuleKind.PIN and rule.request is not None:
            raise Conflict(
                "“%(title)s” is fixed in %(here)s. Please let go of that before you hold the shop back.",
                title=rule.request.title,
                here=unit.address,
            )
    return _keep(PlanRule(kind=RuleKind.RESERVE, unit_id=unit.id), by_id)


def limit(kind: RuleKind, axis_id: int, category: Category, most: int, *, by_id: int) -> PlanRule:
    """Allow at most so many new uses of a kind in a street, or ask for at least so many; the later one counts."""
    if not 0 <= most <= MOST_CAP:
        raise Conflict("%(value)d is not possible as a limit; from 0 to %(most)d.", value=most, most=MOST_CAP)
    for rule in queries.plan_rules():
        if rule.kind == kind and rule.axis_id == axis_id and rule.category == category:
            db.session.delete(rule)
    if axis_id not in {axis.id for axis in queries.axes()}:
        raise Conflict("There is no such street.")
    return _keep(PlanRule(kind=kind, axis_id=axis_id, category=category, most=most), by_id)


def let_go(rule_id: int) -> None:
    """Take a decision back."""
    rule = queries.plan_rule(rule_id)
    audit.record("plan decision let go", "plan_rule", rule.id, kind=rule.kind.value)
    db.session.delete(rule)


def _keep(rule: PlanRule, by_id: int) -> PlanRule:
    rule.made_at, rule.made_by_id = clock.now(), by_id
    db.session.add(rule)
    db.session.flush()
    audit.record("plan decision made", "plan_rule", rule.id, kind=rule.kind.value)
    return rule
