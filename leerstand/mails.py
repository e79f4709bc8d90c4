"""What the mails about shops say, in the language of whoever gets them."""

from __future__ import annotations

from flask_babel import force_locale
from flask_babel import gettext as _

from city import outbox
from city.messages import Euros, say
from city.models import Account
from leerstand.models import Agreement, Proposal
from leerstand.spells import last_day
from routing.message import Message


def tell_applicant_agreed(person: Account, agreement: Agreement, link: str) -> None:
    """Tell an applicant that a shop is found."""
    with force_locale(person.language):
        values = {**terms_in_words(agreement), "title": agreement.request.title}
        outbox.send(
            person.email,
            subject=_("A shop for “%(title)s”", title=agreement.request.title),
            text="\n\n".join(
                (
                    _("Good day,"),
                    say(
                        Message(
                            "the owner of %(address)s agrees: “%(title)s” can be there from %(starts)s to %(ends)s, "
                            "for %(rent)s € a month.",
                            values,
                        )
                    ),
                    _("The city will get in touch about the contract. How things stand you see here:"),
                    link,
                )
            ),
        )


def tell_applicant_rejected(person: Account, title: str, answer: str, link: str) -> None:
    """Tell an applicant that the city says no, and why."""
    with force_locale(person.language):
        outbox.send(
            person.email,
            subject=_("Your request “%(title)s”", title=title),
            text="\n\n".join(
                (
                    _("Good day,"),
                    _("the city cannot take up your request “%(title)s”. It writes:", title=title),
                    answer,
                    _("You can change the request and send it again:"),
                    link,
                )
            ),
        )


def terms_in_words(deal: Proposal | Agreement) -> dict[str, object]:
    return {
        "address": deal.unit.address,
        "title": deal.request.title,
        "starts": deal.starts,
        "ends": last_day(deal.ends),
        "rent": Euros(deal.rent_cents_month),
    }
