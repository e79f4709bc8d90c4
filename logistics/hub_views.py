"""The hub operator's pages: open a hub in an agreed shop, and the hub's day."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city import clock, settings
from city.access import current_account, has_role, requires
from city.db import transaction
from city.messages import Conflict, NotFound
from city.models import Role
from logistics import hours, queries, services
from logistics.forms import HubForm, clock_seconds
from routing.message import BadInput

bp = Blueprint("hubs", __name__)
bp.add_app_template_filter(hours.shown, "hub_hours")
RUNS_HUBS = (Role.OPERATOR, Role.MANAGER)
SEES_HUBS = (*RUNS_HUBS, Role.DISPATCHER)


def sees_every_hub() -> bool:
    """The city's own people see the hubs of all operators."""
    return has_role(Role.MANAGER, Role.DISPATCHER)


@bp.get("/hubs")
@requires(*SEES_HUBS)
def hubs() -> str:
    """The hubs this person runs or oversees, and agreements in which one may be opened."""
    account = current_account()
    ready = []
    if has_role(*RUNS_HUBS):
        ready = queries.agreements_without_hub(account, today=clock.today(), every=has_role(Role.MANAGER))
    return render_template(
        "logistics/hubs.html",
        hubs=queries.hubs_of(account, every=sees_every_hub()),
        agreements=ready,
        runs_hubs=has_role(*RUNS_HUBS),
    )


@bp.route("/hubs/eroeffnen/<int:agreement_id>", methods=["GET", "POST"])
@requires(*RUNS_HUBS)
def open_hub(agreement_id: int) -> str | Response:
    """Open a hub in the interim use of a vacant shop."""
    account, every = current_account(), has_role(Role.MANAGER)
    agreement = queries.hub_agreement(account, agreement_id, every=every)
    form = HubForm()
    if not form.is_submitted():
        form.name.data = _("Hub %(street)s", street=agreement.unit.street)
    if form.sent_and_valid():
        try:
            with transaction():
                hub_id = services.open_hub(
                    account,
                    agreement_id,
                    every=every,
                    name=form.name.data,
                    opens_s=clock_seconds(form.opens.data),
                    closes_s=clock_seconds(form.closes.data),
                    bikes=form.bikes.data or 0,
                ).id
        except (Conflict, BadInput) as refusal:
            form.refuse(refusal)
            agreement = queries.hub_agreement(account, agreement_id, every=every)
        else:
            flash(_("The hub is open. Shops can book from now on."), "success")
            return redirect(url_for("equipment.hub", hub_id=hub_id))
    numbers = settings.current().numbers
    return render_template("logistics/open_hub.html", form=form, agreement=agreement, numbers=numbers)


def day_asked() -> date | None:
    """The day in the address; an unreadable one is told, not guessed."""
    asked = request.args.get("day")
    return read_day(asked) if asked else None


def read_day(text: str) -> date:
    """``2026-11-23`` as a date. Raises NotFound for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound("“%(day)s” is not a day. Days are written like 2026-11-23.", day=text[:20]) from None


@bp.post("/hubs/<int:hub_id>/schliessen")
@requires(*RUNS_HUBS)
def close_hub(hub_id: int) -> Response:
    """Take no more bookings."""
    account = current_account()
    with transaction():
        services.close_hub(account, hub_id, every=has_role(Role.MANAGER))
    flash(_("The hub takes no more bookings."), "success")
    return redirect(url_for("hubs.hubs"))
