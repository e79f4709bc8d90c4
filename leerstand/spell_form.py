"""The form of one entry in a shop's history (Belegung): who is in it from when to when."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field
from wtforms.validators import Optional

from city.forms import AtMost, CheckedText, CityForm, DayField, SelectField
from city.forms import required as must
from leerstand import labels
from leerstand.forms import later, offered
from leerstand.kinds import Category, DatePrecision, SpellKind, VacancyReason
from leerstand.register_forms import WORD, open_choice, or_nothing


class SpellForm(CityForm):
    """Who is in a shop from when to when."""

    kind = SelectField(_l("What"), choices=offered(labels.SPELL_LABELS), coerce=SpellKind)
    tenant = CheckedText(_l("Who"), [Optional()])
    category = SelectField(_l("Kind of business"), choices=offered(labels.BUSINESS_LABELS), coerce=Category)
    is_chain = BooleanField(_l("Branch of a chain"))
    reason = SelectField(
        _l("Why it stands empty"), choices=open_choice(labels.REASON_LABELS), coerce=or_nothing(VacancyReason)
    )
    starts_precision = SelectField(
        _l("The first day is known"),
        choices=offered(labels.PRECISION_LABELS),
        coerce=DatePrecision,
        default=DatePrecision.DAY,
    )
    source = CheckedText(_l("Where this comes from"), [Optional(), AtMost(WORD)])
    starts = DayField(_l("From"), [must()])
    ends = DayField(
        _l("Until"), [Optional()], description=_l("The first day on which it is over. Empty: no end is known.")
    )

    def values(self) -> dict[str, Any]:
        """What was typed, as an entry."""
        return {
            "kind": self.kind.data,
            "starts": self.starts.data,
            "ends": self.ends.data,
            "tenant": self.tenant.data or "",
            "category": self.category.data,
            "is_chain": self.is_chain.data,
            "reason": self.reason.data,
            "starts_precision": self.starts_precision.data,
            "source": self.source.data or "",
        }

    def validate_ends(self, field: Field) -> None:
        """It ends after it starts."""
        later(self.starts, field)
