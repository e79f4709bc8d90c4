"""Languages: German first, English second. The English sentence in the code is the key; each room has its catalogue."""

from __future__ import annotations

import hashlib
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, Domain, get_locale
from flask_login import current_user

LANGUAGES = ("de", "en")
SOURCES = Path(__file__).resolve().parent.parent / "translations"
LANGUAGE_COOKIE = "language"
_DOMAIN = "messages"


def init_words(app: Flask, into: Path) -> None:
    """Merge the catalogues of all rooms into ``into`` and let the app speak."""
    folder = compile_catalogues(SOURCES, into)
    babel = Babel(
        app,
        default_locale="de",
        default_timezone="Europe/Berlin",
        locale_selector=language,
        default_translation_directories=str(folder),
        default_domain=_DOMAIN,
    )
    spoken = _Spoken(domain=_DOMAIN)
    babel.domain_instance = spoken
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # of the extension that Babel adds
        gettext=lambda one: spoken.get_translations().gettext(one),
        ngettext=lambda one, many, count: spoken.get_translations().ngettext(one, many, count),
        newstyle=True,
    )


class _Spoken(Domain):
    """The catalogues by language. A page says a hundred sentences, and the package looks each one's catalogue up by a
    name that it puts together anew; here the language itself is the key.
    """

    def __init__(self, domain: str) -> None:
        super().__init__(domain=domain)
        self._by_locale: dict[Locale, NullTranslations] = {}

    def get_translations(self) -> NullTranslations:
        """The catalogue of the language that holds now."""
        locale = get_locale()
        if locale is None:
            return NullTranslations()
        if (found := self._by_locale.get(locale)) is None:
            found = self._by_locale[locale] = super().get_translations()
        return found


def language() -> str:
    """The language of this page: asked for, chosen before, the account's, else German."""
    if not has_request_context():
        return getattr(g, "language", "de") if g else "de"
    wanted = (
        request.args.get("lang"),
        g.get("language"),
        request.cookies.get(LANGUAGE_COOKIE),
        getattr(current_user, "language", None),
    )
    return next((tag for tag in wanted if tag in LANGUAGES), "de")


def merged_catalogue(folder: Path) -> Catalog:
    """All sentences of one language. Raises ValueError where two rooms translate one sentence differently."""
    whole = Catalog(locale=folder.name)
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=folder.name):
                known = whole.get(message.id) if message.id else None
                if known is not None and known.string != message.string:
                    raise ValueError(f"{path.name} translates {message.id!r} unlike an earlier catalogue")
                whole[message.id] = message
    return whole


def compile_catalogues(sources: Path, into: Path) -> Path:
    """Write ``messages.mo`` for each language below a folder named by the content; return that folder."""
    paths = sorted(sources.glob("*/*.po"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()[:16]
    folder = into / digest
    for language_folder in {path.parent for path in paths}:
        target = folder / language_folder.name / "LC_MESSAGES" / f"{_DOMAIN}.mo"
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            unfinished = target.with_suffix(f".{id(target)}.part")
            with unfinished.open("wb") as file:
                write_mo(file, merged_catalogue(language_folder))
            unfinished.replace(target)
    return folder
