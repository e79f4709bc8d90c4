"""Every part of the look on one page, served by the real app: for the tests, and for people who want to see it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import Flask, flash, render_template, request
from jinja2 import ChoiceLoader, FileSystemLoader
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Optional

from city.access import public
from city.forms import CheckedText, CityForm, LimitsBetween, WholeNumberField, required


class GalleryForm(CityForm):
    """One field of each sort."""

    street = CheckedText("Straße und Hausnummer", [required()], description="So genau, wie Sie es wissen")
    area_m2 = WholeNumberField("Fläche", [required(), LimitsBetween(1, 10_000)])
    seen = RadioField(
        "Was haben Sie gesehen?",
        [InputRequired("Bitte wählen Sie, was Sie gesehen haben.")],
        choices=[SelectChoice("empty", "Der Laden steht leer"), SelectChoice("soon", "Der Laden schließt bald")],
    )
    needs = SelectMultipleField(
        "Was brauchen Sie?", choices=[SelectChoice("water", "Wasser"), SelectChoice("level", "stufenloser Eingang")]
    )
    since = SelectField(
        "Seit wann etwa?", choices=[SelectChoice("", "weiß ich nicht"), SelectChoice("weeks", "seit einigen Wochen")]
    )
    start = DateField("Frei ab", [Optional()], description="Der erste Tag, an dem jemand einziehen könnte")
    mail = EmailField("E-Mail für Rückfragen", [Optional()])
    secret = PasswordField("Passwort", [Optional()])
    words = TextAreaField("Was sollen wir wissen?", [Optional()])
    agreed = BooleanField("Ich habe die Hinweise gelesen", [InputRequired("Bitte bestätigen Sie die Hinweise.")])
    window = RadioField("Wann soll es ankommen?", [Optional()], choices=[SelectChoice("a", "a")], validate_choice=False)


def add_gallery(app: Flask, folder: str) -> Flask:
    """Put the gallery's pages below ``/gallery`` and its templates (in ``folder``) beside the house's own."""
    assert app.jinja_loader is not None
    app.jinja_env.loader = ChoiceLoader([app.jinja_loader, FileSystemLoader(folder)])

    @public
    def gallery() -> str:
        form = GalleryForm()
        if form.is_submitted():
            form.validate()
        if request.args.get("flash"):
            flash("Gespeichert. Noch ist nichts versendet.", "success")
            flash("Dieses Fenster ist eben voll geworden.", "error")
        return render_template("gallery.html", form=form, **context_of_a_manager(), **things_to_show())

    @public
    def courier() -> str:
        return render_template("courier.html")

    @public
    def faulty() -> str:
        raise ZeroDivisionError

    app.add_url_rule("/gallery", "gallery", gallery, methods=["GET", "POST"])
    app.add_url_rule("/gallery/courier", "gallery_courier", courier)
    app.add_url_rule("/gallery/fault", "gallery_fault", faulty)
    return app


def context_of_a_manager() -> dict[str, Any]:
    """What base.html expects of a page for somebody who is signed in."""
    words = [("Heute", "/heute"), ("Plan", "/gallery"), ("Läden", "/laeden"), ("Gesuche", "/gesuche")]
    return {
        "navigation": [{"label": word, "url": url, "current": url == "/gallery"} for word, url in words],
        "account": {
            "name": "M. Musterberg",
            "role": "Innenstadtmanagement",
            "url": "/konto",
            "sign_out_url": "/abmelden",
        },
        "footer": [
            {"label": "Barrierefreiheit", "url": "/barrierefreiheit"},
            {"label": "Impressum", "url": "/impressum"},
        ],
    }


def things_to_show() -> dict[str, Any]:
    """Invented proposals, slots and numbers."""
    rows = [
        ("Schließt eine Lücke", 17, 18, "12 m zwischen zwei belegten Läden"),
        ("Kurze Übergangszeit", 15, 18, ""),
        ("Vielfalt", 12, 12, "erste Werkstatt dieser Art hier"),
        ("Lieferwege", 0, 5, "kein Hub möglich"),
    ]
    slots = [
        ("10–12 Uhr", "ausgebucht", True),
        ("12–14 Uhr", "frei · 6,90 €", False),
        ("16–20 Uhr", "frei · 5,40 €", False),
    ]
    return {
        "points": [
            SimpleNamespace(label=label, points=points, max=most, note=note) for label, points, most, note in rows
        ],
        "windows": [
            SimpleNamespace(value=label, label=label, note=note, disabled=full, checked=label.startswith("12"))
            for label, note, full in slots
        ],
    }
