"""What a hub is made of: pages to change hours, storage, bikes, trailers, docks, lockers and quotas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city import addresses, clock, jobs
from city.access import current_account, has_role, requires
from city.db import transaction
from city.forms import CityForm
from city.messages import Conflict, DomainError, NotFound, say
from city.models import Account, Role
from logistics import capacity, hours, hub_rooms, queries, services
from logistics.forms import (
    CompartmentsForm,
    DockForm,
    EquipmentForm,
    QuotaForm,
    StandingHubForm,
    TrailerForm,
    VehicleForm,
    clock_seconds,
)
from logistics.hub_rooms import HubFacts
from logistics.hub_views import RUNS_HUBS
from logistics.models import Hub, Quota
from routing.message import BadInput

bp = Blueprint("equipment", __name__)


@bp.route("/hubs/neu", methods=["GET", "POST"])
@requires(*RUNS_HUBS)
def found() -> str | Response:
    """Open a standing hub."""
    form = StandingHubForm()
    if form.sent_and_valid():
        try:
            point = addresses.chosen_or_found(form.lat.data, form.lon.data, form.street.data, form.housenumber.data)
            account = current_account()
            with transaction():
                hub_id = hub_rooms.found_hub(
                    account, _facts(form), street=form.street.data, housenumber=form.housenumber.data, point=point
                ).id
        except (Conflict, BadInput) as refusal:
            form.refuse(refusal)
        else:
            flash(_("The hub is open. Give it bikes, docks and lockers now."), "success")
            return redirect(url_for("equipment.hub", hub_id=hub_id))
    return render_template("equipment/found.html", form=form)


def _facts(form: EquipmentForm) -> HubFacts:
    week = hours.kept(form.week())
    return HubFacts(
        name=form.name.data,
        opens_s=week.opens_s,
        closes_s=week.closes_s,
        other_hours=week.other,
        storage_ml=(form.storage_l.data or 0) * 1000,
        storage_g=(form.storage_kg.data or 0) * 1000,
        parcels_per_day=form.parcels_per_day.data or 0,
        chargers=form.chargers.data or 0,
        lockers_always=bool(form.lockers_always.data),
        lockers_sunday=bool(form.lockers_sunday.data),
        locker_days=form.locker_days.data or 1,
    )


@bp.route("/hubs/<int:hub_id>/ausstattung", methods=["GET", "POST"])
@requires(*RUNS_HUBS)
def hub(hub_id: int) -> str | Response:
    """Hours, storage and rules; below it everything that the hub holds."""
    account, every = current_account(), has_role(Role.MANAGER)
    shown = queries.hub_of(account, hub_id, every=every)
    form = EquipmentForm()
    if form.is_submitted():
        if form.sent_and_valid():
            try:
                with transaction():
                    revision = int(form.revision.data) if (form.revision.data or "").isdigit() else 0
                    hub_rooms.change_hub(
                        account, hub_id, _facts(form), revision=revision, every=every, anyway=bool(form.anyway.data)
                    )
            except (DomainError, BadInput) as refusal:
                form.refuse(refusal)
            else:
                flash(_("Saved."), "success")
                return redirect(url_for("equipment.hub", hub_id=hub_id))
        shown = queries.hub_of(account, hub_id, every=every)
    else:
        _fill(form, shown)
    return _page(shown, form)


def _fill(form: EquipmentForm, shown: Hub) -> None:
    form.name.data, form.revision.data = shown.name, str(shown.revision)
    form.show_week([shown.hours_of(weekday) for weekday in hours.WORKDAYS])
    form.storage_l.data, form.storage_kg.data = shown.storage_ml // 1000, shown.storage_g // 1000
    form.parcels_per_day.data, form.chargers.data = shown.parcels_per_day, shown.chargers
    form.locker_days.data = shown.locker_days
    form.lockers_always.data, form.lockers_sunday.data = shown.lockers_always, shown.lockers_sunday


def _page(shown: Hub, form: EquipmentForm, refused: tuple[str, CityForm] | None = None) -> str:
    """The whole page; with ``refused`` one of the small forms keeps what was typed and says what is wrong."""
    small = {what: _small(what, shown, empty=True) for what in SMALL}
    if refused is not None:
        small[refused[0]] = refused[1]
    return render_template(
        "equipment/_hub.html",
        hub=shown,
        form=form,
        small=small,
        refused=refused[0] if refused else "",
        trailers=hub_rooms.trailers_of(shown.id),
        quotas=queries.quotas_of(shown.id),
        over=capacity.overcommitted(shown.id, clock.today()),
        names=hub_rooms.RESOURCE_NAMES,
        quota_pairs=_quota_pairs,
    )


def _small(what: str, shown: Hub, *, empty: bool = False) -> Any:
    """One of the small forms, with what may be chosen in it; ``empty``: as nobody has filled it in yet."""
    form: Any = SMALL[what](formdata=None, prefix=f"{what}-") if empty else SMALL[what](prefix=f"{what}-")
    if what == "anhaenger":
        form.vehicle.choices = _bikes(shown)
    if what == "kontingent":
        form.organisation.choices = _shops()
    return form


def _quota_pairs(quotas: list[Quota]) -> list[tuple[str, str]]:
    return [(one.organisation.name, _("%(count)d parcels a day", count=one.parcels_per_day)) for one in quotas]


def _bikes(shown: Hub) -> list[tuple[int, str]]:
    return [(0, "–"), *[(bike.id, bike.name) for bike in shown.vehicles]]


def _shops() -> list[tuple[int, str]]:
    return [(shop.id, shop.name) for shop in queries.shops()]


@bp.route("/hubs/<int:hub_id>/ausstattung/<what>", methods=["GET", "POST"])
@requires(*RUNS_HUBS)
def add(hub_id: int, what: str) -> str | Response:
    """One more bike, trailer, dock, row of compartments, or a quota."""
    account, every = current_account(), has_role(Role.MANAGER)
    if what not in SMALL:
        raise NotFound("There is no such thing at this hub. It may have been removed.")
    if request.method == "GET":  # the page that answered was loaded again
        return redirect(url_for("equipment.hub", hub_id=hub_id))
    form = _small(what, queries.hub_of(account, hub_id, every=every))
    if form.sent_and_valid():
        try:
            with transaction():
                ADDED[what](account, hub_id, form, every)
        except (Conflict, BadInput) as refusal:
            form.refuse(refusal)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("equipment.hub", hub_id=hub_id))
    shown, whole = queries.hub_of(account, hub_id, every=every), EquipmentForm(formdata=None)
    _fill(whole, shown)
    return _page(shown, whole, (what, form))


def _add_bike(account: Account, hub_id: int, form: Any, every: bool) -> None:
    hub_rooms.add_vehicle(
        account, hub_id, every=every, name=form.name.data, payload_g=form.payload_kg.data * 1000,
        volume_ml=form.volume_l.data * 1000, starts_s=clock_seconds(form.starts.data),
        ends_s=clock_seconds(form.ends.data),
    )  # fmt: skip


def _add_trailer(account: Account, hub_id: int, form: Any, every: bool) -> None:
    hub_rooms.add_trailer(
        account, hub_id, every=every, name=form.name.data, payload_g=form.payload_kg.data * 1000,
        volume_ml=form.volume_l.data * 1000, vehicle_id=form.vehicle.data or None,
    )  # fmt: skip


def _add_dock(account: Account, hub_id: int, form: Any, every: bool) -> None:
    hub_rooms.add_dock(account, hub_id, every=every, name=form.name.data, vehicles_at_once=form.vehicles_at_once.data)


def _add_boxes(account: Account, hub_id: int, form: Any, every: bool) -> None:
    hub_rooms.add_compartments(account, hub_id, every=every, size=form.size.data, count=form.count.data)


def _set_quota(account: Account, hub_id: int, form: Any, every: bool) -> None:
    hub_rooms.set_quota(
        account, hub_id, every=every, organisation_id=form.organisation.data, parcels=form.parcels.data,
        anyway=_insists(),
    )  # fmt: skip


SMALL: dict[str, type[CityForm]] = {
    "rad": VehicleForm, "anhaenger": TrailerForm, "ladeplatz": DockForm, "faecher": CompartmentsForm,
    "kontingent": QuotaForm,
}  # fmt: skip
ADDED: dict[str, Callable[[Account, int, Any, bool], None]] = {
    "rad": _add_bike, "anhaenger": _add_trailer, "ladeplatz": _add_dock, "faecher": _add_boxes,
    "kontingent": _set_quota,
}  # fmt: skip


@bp.post("/hubs/<int:hub_id>/ausstattung/<what>/<int:row_id>/<deed>")
@requires(*RUNS_HUBS)
def alter(hub_id: int, what: str, row_id: int, deed: str) -> Response:
    """Remove a trailer or a dock, take a compartment out of service or back."""
    account, every = current_account(), has_role(Role.MANAGER)
    deeds: dict[tuple[str, str], Callable[[], Hub]] = {
        ("anhaenger", "weg"): lambda: hub_rooms.remove_trailer(account, hub_id, row_id, every=every, anyway=_insists()),
        ("ladeplatz", "weg"): lambda: hub_rooms.remove_dock(account, hub_id, row_id, every=every, anyway=_insists()),
        ("fach", "sperren"): lambda: hub_rooms.lock_compartment(
            account, hub_id, row_id, every=every, out_of_order=True, anyway=_insists()
        ),
        ("fach", "freigeben"): lambda: hub_rooms.lock_compartment(
            account, hub_id, row_id, every=every, out_of_order=False, anyway=True
        ),
    }
    do = deeds.get((what, deed))
    if do is None:
        raise NotFound("There is no such thing at this hub. It may have been removed.")
    return _do(hub_id, do)


def _insists() -> bool:
    return bool(request.form.get("anyway"))


def _do(hub_id: int, deed: Callable[[], Hub]) -> Response:
    """One deed of a button; a refusal is said on the page that the person comes back to."""
    try:
        with transaction():
            deed()
    except (Conflict, BadInput) as refusal:
        flash(say(refusal), "error")
    else:
        flash(_("Saved."), "success")
    return redirect(url_for("equipment.hub", hub_id=hub_id))


@bp.post("/hubs/pruefen")
@requires(*RUNS_HUBS)
def prove() -> Response:
    """Have every counter compared with the sum of its lines."""
    account = current_account()
    with transaction():
        job_id = jobs.enqueue(
            services.PROVE_LEDGER, account_id=account.id, once_key=services.PROVE_LEDGER, shown_at=url_for("hubs.hubs")
        ).id
    return redirect(url_for("city.job", job_id=job_id))
