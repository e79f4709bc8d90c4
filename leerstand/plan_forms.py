"""Forms of the plan pages: weights, what if, limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectChoice

from city.forms import AtMost, CheckedText, CityForm, LimitsBetween, SelectField, WholeNumberField, required
from leerstand import labels
from leerstand.kinds import Category, RuleKind
from leerstand.what_if import CRITERIA, MOST_WEIGHT, NO_HUB, WhatIf

LONGEST_NAME = 60
PLAN_DECIDES = -1  # among the shops that may become a hub


def whole(field: WholeNumberField) -> int:
    """The number of a field that was checked."""
    return int(field.data or 0)


class WeightsForm(CityForm):
    """One number per criterion; the fields are made by :func:`weights_form`."""

    name = CheckedText(_l("Name of the scenario"), [AtMost(LONGEST_NAME)])

    def weights(self) -> dict[str, int]:
        """By criterion."""
        return {key: self[f"w_{key}"].data for key in CRITERIA}


def weights_form(now: Mapping[str, int], **given: Any) -> WeightsForm:
    """A form with one field per weight; ``now`` are the weights in force."""
    fields = {
        f"w_{key}": WholeNumberField(
            _(labels.CRITERION_LABELS[key]), [required(), LimitsBetween(0, MOST_WEIGHT)], default=now[key]
        )
        for key in CRITERIA
    }
    made: WeightsForm = type("WeightsOfCity", (WeightsForm,), fields)(**given)
    return made


class ScenarioForm(CityForm):
    """What if …? A name and what is assumed."""

    name = CheckedText(_l("Name of the scenario"), [required(), AtMost(LONGEST_NAME)])
    magnet_id = SelectField(_l("This shop closes"), coerce=int, default=0)
    rent_percent = WholeNumberField(_l("Rents, in % of today"), [required(), LimitsBetween(0, 200)], default=100)
    lead_percent = WholeNumberField(
        _l("Time that permits take, in % of today"), [required(), LimitsBetween(0, 300)], default=100
    )
    more_subsidy_eur = WholeNumberField(
        _l("More money for rent subsidies (€)"), [required(), LimitsBetween(0, 1_000_000)], default=0
    )

    core_first = BooleanField(_l("First close the gaps in the core, then count points"))
    hub_id = SelectField(_l("Micro-hub"), coerce=int, default=PLAN_DECIDES)

    def offer_shops(self, shops: list[tuple[int, str]], sites: list[tuple[int, str]]) -> None:
        """The occupied shops that might close, and the free ones in which a hub could work."""
        self.magnet_id.choices = [(0, _("none of them")), *shops]
        self.hub_id.choices = [(PLAN_DECIDES, _("the plan decides")), (NO_HUB, _("no shop at all")), *sites]

    def suggest_hub(self, unit_id: int | None) -> None:
        """Begin with this shop as the hub, or with none (0), where it is on offer."""
        if not self.is_submitted() and unit_id in {value for value, _label in self.hub_id.choices}:
            self.hub_id.data = unit_id

    def what_if(self) -> WhatIf:
        """What is assumed."""
        return WhatIf(
            magnet_id=self.magnet_id.data or None,
            core_first=bool(self.core_first.data),
            hub_id=None if self.hub_id.data in (None, PLAN_DECIDES) else self.hub_id.data,
            rent_percent=whole(self.rent_percent),
            lead_percent=whole(self.lead_percent),
            more_subsidy_eur=whole(self.more_subsidy_eur),
        )


class CapForm(CityForm):
    """At most so many new uses of a kind in a street, or at least so many."""

    axis_id = SelectField(_l("Street"), coerce=int)
    category = SelectField(_l("Kind of use"), coerce=Category)
    kind = SelectField(
        _l("At most or at least?"),
        coerce=RuleKind,
        choices=[SelectChoice(RuleKind.CAP, _l("at most")), SelectChoice(RuleKind.QUOTA, _l("at least"))],
        default=RuleKind.CAP,
    )
    most = WholeNumberField(_l("How many"), [required(), LimitsBetween(0, 50)], default=1)

    def offer(self, streets: list[tuple[int, str]]) -> None:
        """The streets and kinds of use to choose from."""
        self.axis_id.choices = streets
        self.category.choices = [(kind.value, _(label)) for kind, label in labels.CATEGORY_LABELS.items()]
