"""Forms: what people type, in the units they think in, and a sentence when it cannot be read."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import NumberFormatError, parse_decimal
from email_validator import EmailNotValidError, validate_email
from flask_babel import get_locale, gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from markupsafe import Markup, escape
from wtforms import DateField, Field, FloatField, HiddenField, IntegerField, StringField, TimeField, fields
from wtforms.i18n import get_translations as wtforms_sentences
from wtforms.validators import InputRequired, StopValidation, ValidationError
from wtforms.widgets import EmailInput, HiddenInput, Input, TextArea, core

from city.messages import DomainError, say
from routing.message import BadInput

FIRST_YEAR, LAST_YEAR = 1800, 2100  # a day beyond these is a slip of the fingers
MAX_TEXT = 4000  # characters in one field; longer is a mistake or an attack
LARGEST_NUMBER = 10**12  # beyond every limit of ours; stands for whatever is larger
QUOTED = 60  # characters of a senseless value that a sentence repeats


def attributes(**values: Any) -> Markup:
    """What ``wtforms.widgets.html_params`` writes, without a format for each attribute: those took a fifth of the time
    of a page with a large form.
    """
    written = []
    for key, value in sorted(values.items()):
        name = core.clean_key(key)
        if value is True:
            written.append(name)
        elif value is not False:
            written.append(f'{name}="{escape(value)}"')
    return Markup(" ".join(written))  # noqa: S704  each value was escaped


core.html_params = attributes
Input.html_params = staticmethod(attributes)


class CityForm(FlaskForm):
    """A form of this house: knows whether it was sent, and can be refused by the rules as a whole."""

    class Meta(FlaskForm.Meta):
        """German messages of WTForms; our own translations for the rest."""

        def get_translations(self, form: FlaskForm) -> Any:
            """WTForms' own sentences in the language of the page."""
            locale = get_locale()
            return wtforms_sentences(["de_DE"] if locale is None or locale.language == "de" else ["en_US"])

    def sent_and_valid(self) -> bool:
        """Whether this request sent the form and every field can be read."""
        return bool(self.validate_on_submit())

    def refuse(self, refusal: DomainError | BadInput) -> None:
        """Say on top of the form why it was not granted; what was typed stays."""
        self.form_errors.append(say(refusal))

    def refuse_field(self, name: str, refusal: DomainError | BadInput) -> None:
        """Say at one field why it was not accepted."""
        self[name].errors = [*self[name].errors, say(refusal)]


class CheckedText(StringField):
    """A line of text: white space at the ends gone, control characters refused."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed."""
        if valuelist:
            self.data: Any = valuelist[0]  # a text, or None where nothing was sent
            self.data = clean_text(valuelist[0])


class LongText(CheckedText):
    """Several lines of text, checked like one."""

    widget = TextArea()


class HiddenText(CheckedText):
    """A text that the page carries along, checked like one that was typed."""

    widget = HiddenInput()


class MailAddressField(CheckedText):
    """An e-mail address; what is no such address is refused with a sentence. Kept in small letters."""

    widget = EmailInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed."""
        super().process_formdata(valuelist)
        if self.data:
            try:
                self.data = mail_address(self.data)
            except BadInput as refusal:
                raise ValueError(say(refusal)) from refusal


def mail_address(text: str) -> str:
    """The address in the one way of writing by which it is stored and compared. Raises BadInput for anything else."""
    try:
        checked = validate_email(text.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as problem:
        raise BadInput(
            "“%(typed)s” is not an e-mail address. It should look like this: kim.beispiel@stadt.de", typed=text
        ) from problem
    return str(checked.ascii_email or checked.normalized).lower()


class AtMost:
    """A text is short enough; the sentence names the field, how long it is and how long it may be."""

    def __init__(self, characters: int) -> None:
        self.characters = characters
        self.field_flags = {"maxlength": characters}

    def __call__(self, form: CityForm, field: Field) -> None:
        """Check one field."""
        if len(field.data or "") > self.characters:
            raise ValidationError(
                gettext(
                    "“%(label)s” has %(has)d characters; at most %(most)d are possible.",
                    label=field.label.text,
                    has=len(field.data),
                    most=self.characters,
                )
            )


def clean_text(text: str) -> str:
    """The text without white space at its ends. Raises ValueError for characters no one can type or when too long."""
    if any(ord(character) < 32 and character not in "\r\n\t" for character in text):
        raise ValueError(gettext("This contains characters that cannot be stored. Please type the text again."))
    if len(text) > MAX_TEXT:
        raise ValueError(gettext("This is longer than %(limit)d characters. Please shorten it.", limit=MAX_TEXT))
    return text.strip()


def read_number(text: str) -> Decimal:
    """A number as people here write it: ``1.234,5`` in German, ``1,234.5`` in English.

    Raises ValueError with a sentence that names what was typed.
    """
    locale = get_locale() or "de"
    compact = text.strip().replace("\u00a0", "").replace("\u202f", "")
    example = "1.234,5" if str(locale).startswith("de") else "1,234.5"
    try:
        number = parse_decimal(compact, locale=locale, strict=True)
    except (NumberFormatError, ValueError):
        number = Decimal("NaN")
    if not number.is_finite():
        raise ValueError(
            gettext("“%(typed)s” is not a number. Please write it like this: %(example)s", typed=text, example=example)
        )
    return number


class NumberField(FloatField):
    """A number with decimals, read as written in the language of the page."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed."""
        if valuelist and valuelist[0].strip():
            self.data = None
            self.data = float(read_number(valuelist[0]))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if self.data is None:
            return ""
        text = f"{self.data:.6f}".rstrip("0").rstrip(".")
        return text.replace(".", ",") if str(get_locale() or "de").startswith("de") else text


class EuroField(NumberField):
    """An amount in euros: with both digits of its cents where it has any."""

    def _value(self) -> str:
        shown = super()._value()
        if self.raw_data or self.data is None or self.data == int(self.data):
            return shown
        return f"{self.data:.2f}".replace(".", "," if "," in shown else ".")


class WholeNumberField(IntegerField):
    """A whole number; ``1.234`` is read as written in the language of the page, ``1,5`` is refused with a sentence."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed."""
        if valuelist and valuelist[0].strip():
            self.data: int | None = None
            number = read_number(valuelist[0])
            if number != number.to_integral_value():
                raise ValueError(
                    gettext("“%(typed)s” is not a whole number. Please write it without decimals.", typed=valuelist[0])
                )
            self.data = int(
                max(Decimal(-LARGEST_NUMBER), min(number, Decimal(LARGEST_NUMBER)))
            )  # 1e999999999 would fill the memory


class LimitsBetween:
    """A number lies between two limits; the sentence names field, value and limits."""

    def __init__(self, least: float, most: float) -> None:
        self.least, self.most = least, most

    def __call__(self, form: CityForm, field: Field) -> None:
        """Check one field."""
        if field.data is None:
            return
        if not (self.least <= field.data <= self.most) or math.isnan(field.data):
            raise ValidationError(
                gettext(
                    "%(label)s is %(value)s; it must lie between %(least)s and %(most)s.",
                    label=field.label.text,
                    value=field.raw_data[0] if field.raw_data else field.data,
                    least=f"{self.least:g}",
                    most=f"{self.most:g}",
                )
            )


class DayField(DateField):
    """A day, as browsers send it (2026-11-22) or as people here type it (22.11.2026)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, format=["%Y-%m-%d", "%d.%m.%Y"], **kwargs)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed; the sentence names it."""
        self.data: date | None = None
        if not valuelist or not valuelist[0].strip():
            return
        try:
            super().process_formdata([valuelist[0].strip()])
        except ValueError:
            raise ValueError(
                gettext("“%(typed)s” is not a day. Please write it like this: 22.11.2026", typed=valuelist[0])
            ) from None
        if self.data is not None and not FIRST_YEAR <= self.data.year <= LAST_YEAR:
            raise ValueError(
                gettext(
                    "“%(typed)s” lies outside the years %(first)s to %(last)s.",
                    typed=valuelist[0],
                    first=str(FIRST_YEAR),
                    last=str(LAST_YEAR),
                )
            )


class ClockField(TimeField):
    """A time of day, as browsers send it (08:00); None where it was left empty."""

    data: Any

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed; the sentence names it."""
        try:
            self.data = None  # emptied: not what it was before
            super().process_formdata([text.strip() for text in valuelist if text.strip()])
        except ValueError:
            raise ValueError(
                gettext("“%(typed)s” is not a time of day. Please write it like this: 08:00", typed=valuelist[0])
            ) from None


class _SaysWhatIsOffered:
    """For fields with choices: names the field and the value that is not among them (a list may have changed)."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was chosen."""
        try:
            super().process_formdata(valuelist)  # type: ignore[misc]
        except ValueError:
            raise ValueError(not_offered(self)) from None

    def pre_validate(self, form: CityForm) -> None:
        """Refuse what the list does not hold."""
        try:
            super().pre_validate(form)  # type: ignore[misc]
        except ValidationError:
            raise ValidationError(not_offered(self)) from None


def not_offered(field: Any) -> str:
    """The sentence for a choice that is not in the list of a field, or for none at all."""
    typed = ", ".join(str(value) for value in field.raw_data or [])[:QUOTED]
    if not typed.strip():
        return gettext("“%(label)s” is missing.", label=field.label.text)
    return gettext(
        "“%(typed)s” is not offered under “%(label)s”. Please choose again from the list.",
        typed=typed,
        label=field.label.text,
    )


class SelectField(_SaysWhatIsOffered, fields.SelectField):
    """One of a list."""


class SelectMultipleField(_SaysWhatIsOffered, fields.SelectMultipleField):
    """Some of a list."""


class UploadField(FileField):
    """A file to send; what is in it is read by whoever asks for it (``city.files``), not by its name."""

    def __init__(self, *args: Any, accept: str = "image/jpeg,image/png,image/webp", **kwargs: Any) -> None:
        super().__init__(*args, render_kw={"accept": accept}, **kwargs)


class RadioField(_SaysWhatIsOffered, fields.RadioField):
    """One of a few."""


class CoordinateField(HiddenField):
    """A coordinate that a click on the map or a suggestion fills in; written with a point, as computers do."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what the page filled in."""
        self.data = None
        if valuelist and valuelist[0].strip():
            try:
                number = float(valuelist[0])
            except ValueError:
                number = math.nan
            if not math.isfinite(number):
                raise ValueError(
                    gettext("“%(typed)s” is not a coordinate. Please choose the place again.", typed=valuelist[0])
                )
            self.data = number


def required() -> InputRequired:
    """The field must be filled in; the sentence says which."""
    return _Required()


class _Required(InputRequired):
    """Names the field that is missing."""

    def __call__(self, form: CityForm, field: Field) -> None:
        if not field.raw_data or not str(field.raw_data[0]).strip():
            field.errors[:] = []
            raise StopValidation(gettext("“%(label)s” is missing.", label=field.label.text))
