"""Files that people send: pictures drawn anew and PDFs looked at, kept beside the database under a random name.

Three steps, so that the database is not held while a picture is drawn::

    picture = files.uploaded_picture(form.photo.data)   # BadInput says what is wrong with it
    with transaction():
        kept = files.keep(picture)                      # a row of this city and this person
    return files.send(kept)                             # in a view that has asked who may see it

``/dateien/<id>`` shows a file to whoever sent it and to those who run the city; a room that shows it to others does so
in a view of its own.
"""

from __future__ import annotations

import io
from pathlib import Path
from uuid import uuid4

from flask import current_app, has_request_context, send_file
from flask_login import current_user
from sqlalchemy import event, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from city import clock
from city.access import current_account, has_role
from city.config import Config
from city.db import current_city_id, db
from city.messages import NotFound
from city.models import Role, StoredFile
from city.pdfs import Pdf, is_pdf, read_pdf
from city.pictures import MAX_BYTES, NoPicture, Picture, read_picture
from city.uploads import called_by
from routing.message import BadInput

FOLDER = "files"
KEPT_BY_BROWSERS_S = 3600
_WRITTEN, _REMOVED = "files written", "files removed"


def uploaded_picture(upload: FileStorage | None) -> Picture:
    """The picture that a form brought. Raises BadInput when there is none, or none that can be shown."""
    if upload is None or not upload.filename:
        raise BadInput("No picture has been chosen yet.")
    return read_picture(upload.stream.read(MAX_BYTES + 1), name=upload.filename)


def uploaded_paper(upload: FileStorage | None) -> Picture | Pdf:
    """The picture or PDF that a form brought. Raises BadInput when there is none, or none that may be kept."""
    if upload is None or not upload.filename:
        raise BadInput("No file has been chosen yet.")
    data = upload.stream.read(MAX_BYTES + 1)
    if is_pdf(data):
        return read_pdf(data, name=upload.filename)
    try:
        return read_picture(data, name=upload.filename)
    except NoPicture as refusal:
        called, kind = called_by(upload.filename), refusal.message.values.get("kind")
        if kind:
            raise BadInput(
                "“%(name)s” is a %(kind)s file. Possible are PDF, JPEG, PNG and WebP.", name=called, kind=kind
            ) from refusal
        raise BadInput(
            "“%(name)s” is neither a PDF nor a picture. Possible are PDF, JPEG, PNG and WebP.", name=called
        ) from refusal


def keep(sent: Picture | Pdf) -> StoredFile:
    """Keep it as a file of this city; belongs to the caller's transaction and goes with it if that fails."""
    account_id = current_user.id if has_request_context() and current_user.is_authenticated else None
    picture = sent if isinstance(sent, Picture) else None
    content = sent.jpeg if isinstance(sent, Picture) else sent.content
    stored = StoredFile(
        name=f"{uuid4().hex}.{'jpg' if picture else 'pdf'}",
        media_type="image/jpeg" if picture else "application/pdf",
        size_bytes=len(content),
        width=picture.width if picture else None,
        height=picture.height if picture else None,
        account_id=account_id,
        created_at=clock.now(),
    )
    db.session.add(stored)
    db.session.flush()
    path = path_of(stored)
    path.parent.mkdir(parents=True, exist_ok=True)
    db.session.info.setdefault(_WRITTEN, []).append(path)
    path.write_bytes(content)
    return stored


def remove(stored: StoredFile) -> None:
    """Forget a file; it is gone from the disk once the caller's transaction is final."""
    db.session.info.setdefault(_REMOVED, []).append(path_of(stored))
    db.session.delete(stored)


def path_of(stored: StoredFile) -> Path:
    """Where a file lies."""
    house: Config = current_app.extensions["house"]
    return house.data_dir / FOLDER / str(stored.city_id or current_city_id()) / stored.name[:2] / stored.name


def read(stored: StoredFile) -> bytes:
    """What a file holds, for documents. Raises NotFound when it is gone from the disk."""
    try:
        return path_of(stored).read_bytes()
    except FileNotFoundError as gone:
        raise NotFound("This file is no longer there.") from gone


def send(stored: StoredFile, name: str = "") -> Response:
    """Answer a request with a file, a PDF under ``name``. Whoever calls has asked who may see it."""
    as_file = stored.media_type != "image/jpeg"  # what was not drawn anew is never shown inside our pages
    answer = send_file(
        io.BytesIO(read(stored)),
        mimetype=stored.media_type,
        as_attachment=as_file,
        download_name=(name or stored.name) if as_file else None,
    )
    answer.headers["Cache-Control"] = f"private, max-age={KEPT_BY_BROWSERS_S}"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def file_of_viewer(file_id: int) -> StoredFile:
    """A file that this person sent, or any file for those who run the city. Others' are not found."""
    query = select(StoredFile).where(StoredFile.id == file_id)
    if not has_role(Role.ADMIN, Role.MANAGER):
        query = query.where(StoredFile.account_id == current_account().id)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("This file is no longer there.")
    return found


@event.listens_for(Session, "after_commit")
def _delete_removed(session: Session) -> None:
    session.info.pop(_WRITTEN, None)
    for path in session.info.pop(_REMOVED, []):
        path.unlink(missing_ok=True)


@event.listens_for(Session, "after_rollback")
def _delete_written(session: Session) -> None:
    session.info.pop(_REMOVED, None)
    for path in session.info.pop(_WRITTEN, []):
        path.unlink(missing_ok=True)
