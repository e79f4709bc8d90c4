"""What the courier's app says on its own: English keys, said in the language of the page, filled in on the phone.

Where a name has a twin ending in ``_one``, that is said when ``count`` is 1.
"""

from __future__ import annotations

from typing import Any

from flask_babel import gettext

from logistics.forms import REASON_LABELS
from logistics.outcomes import UNDO_SHOWN_S
from routing.message import N_

KINDS = {
    "delivered": N_("delivered"),
    "to_neighbour": N_("with a neighbour"),
    "to_locker": N_("in a locker"),
    "failed": N_("not delivered"),
}
WORDS = {
    "head": N_("%(bike)s · stop %(number)s of %(count)s"),
    "head_load": N_("%(bike)s · load"),
    "head_reload": N_("%(bike)s · load again"),
    "head_back": N_("%(bike)s · back to the hub"),
    "offline": N_("No network. %(count)s reports wait, nothing gets lost."),
    "offline_one": N_("No network. 1 report waits, nothing gets lost."),
    "offline_none": N_("No network. The tour is on the phone."),
    "sending": N_("%(count)s reports wait to be sent."),
    "sending_one": N_("1 report waits to be sent."),
    "signed_out": N_("Your sign-in has expired. %(count)s reports wait, nothing gets lost."),
    "signed_out_one": N_("Your sign-in has expired. 1 report waits, nothing gets lost."),
    "sign_in_first": N_("Please sign in to see your tour."),
    "sign_in": N_("Sign in again"),
    "other": N_(
        "%(count)s reports of another person wait here. They are sent when that person signs in on this phone."
    ),
    "other_one": N_("1 report of another person waits here. It is sent when that person signs in on this phone."),
    "other_day": N_("This is the tour of %(day)s."),
    "changed": N_("The dispatcher has changed the tour. What is ahead was loaded again."),
    "no_tour": N_("No tour for you yet. It appears here as soon as the dispatcher has released one."),
    "no_tour_offline": N_("No network, and no tour on this phone yet. Please open this page once with a network."),
    "not_courier": N_("This page is for couriers. Your account has another role."),
    "home": N_("To the start page"),
    "no_database": N_("This browser keeps nothing on the phone (private window?). Please use the plain page."),
    "plain_page": N_("Open the plain page"),
    "arrival": N_("Arrival %(eta)s · window %(opens)s to %(closes)s"),
    "parcels": N_("%(count)s parcels"),
    "parcels_one": N_("1 parcel"),
    "size": N_("%(kg)s kg, %(litres)s l"),
    "cancelled": N_("Cancelled. Please take it back to the hub."),
    "push_in": N_("In %(street)s:"),
    "get_off": N_("get off"),
    "push": N_("and push for %(metres)s m."),
    "walk": N_("From the street to the door: %(metres)s m on foot."),
    "arrived": N_("You are at the door."),
    "draft": N_("Kept for this stop: %(what)s"),
    "photo": N_("photo"),
    "code": N_("number %(code)s"),
    "note": N_("note"),
    "load_title": N_("Load at %(hub)s"),
    "load_how": N_("%(loaded)s of %(count)s shipments are on board."),
    "load_how_one": N_("%(loaded)s of 1 shipment is on board."),
    "reload_title": N_("Reload at %(hub)s"),
    "reload_when": N_("Be back at %(arrives)s, off again at %(departs)s. First unload what was not delivered."),
    "reload_row": N_("Reload at the hub"),
    "reloaded": N_("Loaded, ride off"),
    "depart": N_("Ride off"),
    "delivered": N_("Delivered"),
    "returned": N_("Back at the hub"),
    "all_done": N_("All stops are done"),
    "ride_back": N_("Please ride back to %(hub)s, %(address)s."),
    "evening": N_("End of the tour"),
    "evening_text": N_("%(delivered)s delivered, %(failed)s not delivered. Thank you."),
    "evening_back": N_("Please give back at the hub: %(what)s."),
    "end": N_("end of the tour"),
    "order_note": N_("You have changed the order. These words lead from the stop that was planned before."),
    "break_start": N_("Begin a break"),
    "break_end": N_("End the break"),
    "break_state": N_("Break so far: %(minutes)s min of %(needs)s min."),
    "break_none": N_("Breaks so far: none. This tour needs none by law."),
    "break_now": N_("Break since %(since)s."),
    "break_planned": N_("Planned from %(starts)s to %(ends)s, behind stop %(after)s."),
    "break_row": N_("Break"),
    "break_by": N_("Please begin at %(until)s at the latest."),
    "neighbour": N_("Handed to a neighbour"),
    "neighbour_ask": N_("Name and bell of the neighbour"),
    "neighbour_empty": N_("Please say who has the parcel. Example: Ahorn, 2nd floor"),
    "locker": N_("Put into a locker"),
    "locker_ask": N_("Number of the locker"),
    "locker_empty": N_("Please say in which locker the parcel lies. Example: B 12"),
    "note_title": N_("Write a note"),
    "note_ask": N_("Note for the dispatcher"),
    "note_empty": N_("The note is still empty."),
    "save": N_("Save"),
    "photo_kept": N_("The photo is kept and goes with the next report of this stop."),
    "photo_bad": N_("This file is no photo that can be read."),
    "photo_large": N_("The photo is too large to be sent. The report itself has arrived."),
    "scan_fits": N_("Right: it belongs to this stop."),
    "scan_other": N_("Belongs to stop %(number)s, %(address)s."),
    "scan_unknown": N_("“%(code)s” is not on this tour."),
    "scan_no_camera": N_("No camera can be used here. Please type the number."),
    "undo_was": N_("%(what)s: %(address)s"),
    "sign_out_ask": N_("%(count)s reports have not been sent. If you sign out now, they are lost."),
    "sign_out_ask_one": N_("1 report has not been sent. If you sign out now, it is lost."),
    "sign_out_anyway": N_("Sign out and lose %(count)s reports"),
    "sign_out_anyway_one": N_("Sign out and lose 1 report"),
    "sign_out_off": N_("Signing out needs a network: the session ends on the server. This phone can be wiped now."),
    "wipe": N_("Wipe this phone"),
    "dismiss": N_("Understood"),
}


def spoken() -> dict[str, Any]:
    """Everything the app may say, in the language of the page; the places of values stay open."""
    return {
        **{name: gettext(text) for name, text in WORDS.items()},
        "kinds": {name: gettext(text) for name, text in KINDS.items()},
        "reasons": {reason.value: str(label) for reason, label in REASON_LABELS.items()},
        "undo_s": UNDO_SHOWN_S,
    }
