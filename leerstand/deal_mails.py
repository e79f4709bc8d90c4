"""What the mails between a proposal and a contract say, in the language of whoever gets them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from flask_babel import force_locale

from city import outbox
from city.letters import town
from city.links import address_of
from city.messages import Euros, say
from city.models import Account
from leerstand.deal_models import ProposalMessage
from leerstand.deal_queries import Mailbox
from leerstand.mails import terms_in_words
from leerstand.models import Proposal
from leerstand.spells import last_day
from routing.message import Message

Part = Message | str


def ask_owner(mailbox: Mailbox, proposal: Proposal, *, link: str, until: datetime, own_page: str) -> None:
    """Ask an owner for an answer; the link needs no account."""
    also: list[Part] = [Message("You can also sign in and answer there:"), own_page] if own_page else []
    _send(
        mailbox.email,
        mailbox.language,
        Message("A proposal for %(address)s", {"address": proposal.unit.address}),
        Message(
            "the city proposes an interim use for %(address)s: “%(title)s”, from %(starts)s to %(ends)s, "
            "for %(rent)s € a month.",
            terms_in_words(proposal),
        ),
        Message("You decide. Please look at the proposal and answer here:"),
        link,
        Message("The link needs no account. Please do not pass it on: whoever has it can answer for you."),
        Message("It works until %(until)s and ends with your answer.", {"until": until}),
        *also,
        Message("Without an answer nothing changes."),
    )


def remind_owner(mailbox: Mailbox, proposal: Proposal, *, link: str, until: datetime) -> None:
    """Ask once more, with a new link."""
    _send(
        mailbox.email,
        mailbox.language,
        Message("A reminder: a proposal for %(address)s", {"address": proposal.unit.address}),
        Message(
            "some time ago the city proposed a use for %(address)s: “%(title)s”. Your answer is still missing.",
            {"address": proposal.unit.address, "title": proposal.request.title},
        ),
        Message("A no helps too: then the city looks for another use. You can answer here, without an account:"),
        link,
        Message("It works until %(until)s and ends with your answer.", {"until": until}),
        Message("Without an answer nothing changes."),
    )


def tell_city_offer(person: Account, proposal: Proposal, offer: ProposalMessage) -> None:
    """To the management: an owner would do it on other terms."""
    _send(
        person.email,
        person.language,
        Message("Other terms for %(address)s", {"address": proposal.unit.address}),
        Message(
            "the owner of %(address)s would take “%(title)s” on other terms: %(starts)s to %(ends)s, "
            "%(rent)s € a month.",
            offered(proposal, offer),
        ),
        Message("Take them up or answer here:"),
        address_of("leerstand.proposal", proposal_id=proposal.id),
    )


def ask_applicant(person: Account, proposal: Proposal, offer: ProposalMessage) -> None:
    """To the applicant: would these terms do?"""
    _send(
        person.email,
        person.language,
        Message("A shop for “%(title)s”: do these terms suit you?", {"title": proposal.request.title}),
        Message(
            "an owner would take “%(title)s” from %(starts)s to %(ends)s, for %(rent)s € a month.",
            offered(proposal, offer),
        ),
        Message("Please say here whether that suits you:"),
        address_of("leerstand.my_request", request_id=proposal.request_id),
    )


def tell_city_answer(person: Account, proposal: Proposal, *, agrees: bool) -> None:
    """To the management: what the applicant says of the owner's terms."""
    said = (
        Message("The applicant agrees to the owner's terms for %(address)s.", {"address": proposal.unit.address})
        if agrees
        else Message(
            "The applicant does not agree to the owner's terms for %(address)s.", {"address": proposal.unit.address}
        )
    )
    _send(
        person.email,
        person.language,
        Message("An answer about %(address)s", {"address": proposal.unit.address}),
        said,
        Message("Go on here:"),
        address_of("leerstand.proposal", proposal_id=proposal.id),
    )


def remind_of_date(person: Account, *, address: str, title: str, day: date, reason: Message, link: str) -> None:
    """A day of a contract draws near."""
    _send(
        person.email,
        person.language,
        Message("%(address)s: %(day)s draws near", {"address": address, "day": day}),
        Message("“%(title)s” in %(address)s has a date on %(day)s:", {"title": title, "address": address, "day": day}),
        reason,
        Message("All dates, also for your calendar, are here:"),
        link,
    )


def offered(proposal: Proposal, offer: ProposalMessage) -> dict[str, object]:
    """The terms of an offer, as sentences need them."""
    assert offer.ends is not None  # noqa: S101  an offer names terms
    return {
        "address": proposal.unit.address,
        "title": proposal.request.title,
        "starts": offer.starts,
        "ends": last_day(offer.ends),
        "rent": Euros(offer.rent_cents_month or 0),
    }


def _send(recipient: str, language: str, subject: Message, *paragraphs: Part) -> None:
    city = town()
    with force_locale(language):
        said: Sequence[str] = [part if isinstance(part, str) else say(part) for part in paragraphs]
        text = "\n\n".join([say(Message("Good day,")), *said, city.title or city.name])
        outbox.send(recipient, subject=say(subject), text=text + "\n")
