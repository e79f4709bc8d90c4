"""Papers of a request: sent and removed by the applicant, read by the city and by an owner who is asked."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from city import files
from city.access import current_account, public, requires
from city.db import transaction
from city.messages import Conflict
from city.models import Role
from leerstand import queries
from leerstand.forms import PaperForm
from leerstand.services import owner_links, papers
from leerstand.views.applicant import my_request_page
from leerstand.views.blueprint import SEEKS_ROOM, STAFF, bp
from leerstand.views.owner import my_owner_id
from routing.message import BadInput


@bp.post("/meine-gesuche/<int:request_id>/unterlagen")
@requires(*SEEKS_ROOM)
def add_paper(request_id: int) -> str | Response:
    """Send a picture or a PDF with a request."""
    person, form = current_account(), PaperForm()
    queries.request_of(person.id, request_id)
    if form.sent_and_valid():
        try:
            sent = files.uploaded_paper(form.file.data)
            with transaction():
                papers.add(person.id, request_id, sent, title=form.title.data or "")
        except BadInput as refusal:
            form.refuse_field("file", refusal)
        except Conflict as refusal:
            form.refuse(refusal)
        else:
            flash(_("The paper is saved."), "success")
            return redirect(url_for("leerstand.my_request", request_id=request_id, _anchor="unterlagen"))
    return my_request_page(request_id, upload=form)


@bp.post("/meine-gesuche/<int:request_id>/unterlagen/<int:paper_id>/loeschen")
@requires(*SEEKS_ROOM)
def remove_paper(request_id: int, paper_id: int) -> Response:
    """Delete a paper for good."""
    with transaction():
        papers.remove(current_account().id, request_id, paper_id)
    flash(_("The paper is deleted."), "success")
    return redirect(url_for("leerstand.my_request", request_id=request_id, _anchor="unterlagen"))


@bp.get("/meine-gesuche/<int:request_id>/unterlagen/<int:paper_id>")
@requires(*SEEKS_ROOM)
def my_paper(request_id: int, paper_id: int) -> Response:
    """One's own paper."""
    return _sent(queries.request_of(current_account().id, request_id).id, paper_id)


@bp.get("/gesuche/<int:request_id>/unterlagen/<int:paper_id>")
@requires(*STAFF)
def paper(request_id: int, paper_id: int) -> Response:
    """A paper, for the city."""
    return _sent(queries.request(request_id).id, paper_id)


@bp.get("/meine-vorschlaege/<int:proposal_id>/unterlagen/<int:paper_id>")
@requires(Role.OWNER)
def paper_of_proposal(proposal_id: int, paper_id: int) -> Response:
    """A paper, for the owner to whom the request is proposed."""
    return _sent(queries.proposal_of_owner(my_owner_id(), proposal_id).request_id, paper_id)


@bp.get("/antwort/<token>/unterlagen/<int:paper_id>")
@public
def paper_by_link(token: str, paper_id: int) -> Response:
    """A paper, for whoever holds the link of the proposal."""
    return _sent(owner_links.find(token)[1].request_id, paper_id)


def _sent(request_id: int, paper_id: int) -> Response:
    found = papers.paper_of(request_id, paper_id)
    answer = files.send(found.file, found.download_name)
    answer.headers["Cache-Control"] = "no-store"  # a proposal that is taken back ends the right to see it
    return answer
