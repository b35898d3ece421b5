"""Numbers that name a thing: containers, ships, telephones, accounts, vehicles, documents.

Pure functions. What somebody wrote is kept as written; beside it stand the normal form, by which
the same number is found however it is written, and a remark in words. A wrong check digit is a
remark, never a lost record.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from stdnum import bic, iban, imo, iso6346, luhn

LONGEST = 100


class IdentifierKind(models.TextChoices):
    """What a number names."""

    CONTAINER = "container", pgettext_lazy("identifier", "container")
    SHIP = "ship", pgettext_lazy("identifier", "ship")
    PHONE = "phone", pgettext_lazy("identifier", "phone")
    IMEI = "imei", pgettext_lazy("identifier", "IMEI")
    IBAN = "iban", pgettext_lazy("identifier", "IBAN")
    BIC = "bic", pgettext_lazy("identifier", "BIC")
    VIN = "vin", pgettext_lazy("identifier", "VIN")
    PASSPORT = "passport", pgettext_lazy("identifier", "passport")
    PLATE = "plate", pgettext_lazy("identifier", "number plate")
    EMAIL = "email", pgettext_lazy("identifier", "e-mail")
    OTHER = "other", pgettext_lazy("identifier", "number")


Kind = IdentifierKind


@dataclass(frozen=True)
class Identifier:
    """A number as written, as it is found, as it is shown, and what is to be said of it."""

    kind: str
    value: str
    normal: str
    shown: str
    warning: str = ""
    confirmed: bool = False  # a check digit says it is right

    @property
    def label(self) -> str:
        """The kind in words."""
        return str(Kind(self.kind).label)

    @property
    def differs(self) -> bool:
        """Whether it was written otherwise than it is shown, by more than spaces and dashes."""
        return compact(self.value) != compact(self.shown)

    @property
    def line(self) -> str:
        """The same as a line that is read again as this kind."""
        same = recognise(self.value)
        plain = (same.kind, same.normal) == (self.kind, self.normal)
        return self.value if plain else f"{PREFIX_OF[self.kind]} {self.value}"


# How each kind is written -----------------------------------------------------------------

Written = tuple[str, str, str, bool]  # normal, shown, warning, confirmed


def compact(written: str) -> str:
    """Only letters and digits, in capitals: spaces, dashes and case say nothing."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", written).upper())
    return "".join(letter for letter in text if letter.isalnum())


def _should_be(digit: str, written: str) -> tuple[str, bool]:
    if digit == written:
        return "", True
    return _("check digit should be %(digit)s, kept as written") % {"digit": digit}, False


def _unusual(what: str) -> tuple[str, bool]:
    return _("%(what)s, kept as written") % {"what": what}, False


def _container(text: str) -> Written:
    """ISO 6346: owner and category in four letters, six digits, a check digit."""
    if re.fullmatch(r"[A-Z]{3}[UJZR]\d{6}", text):
        digit = iso6346.calc_check_digit(text)
        remark = _("check digit missing: it is %(digit)s") % {"digit": digit}
        return text, f"{text[:4]} {text[4:]}", remark, False
    if not re.fullmatch(r"[A-Z]{3}[UJZR]\d{7}", text):
        return text, text, *_unusual(_("not a container number of ISO 6346"))
    shown = f"{text[:4]} {text[4:10]} {text[10]}"
    return text, shown, *_should_be(iso6346.calc_check_digit(text[:-1]), text[-1])


def _ship(text: str) -> Written:
    """Seven digits of the International Maritime Organization, the last of them a check digit."""
    digits = text.removeprefix("IMO")
    if not re.fullmatch(r"[0-9]{7}", digits):
        return text, text, *_unusual(_("not an IMO number of seven digits"))
    return digits, f"IMO {digits}", *_should_be(imo.calc_check_digit(digits[:-1]), digits[-1])


def _imei(text: str) -> Written:
    """Fifteen digits of a handset; fourteen, and sixteen with a version, have no check digit."""
    digits = text.removeprefix("IMEI")
    if not re.fullmatch(r"[0-9]{14,16}", digits):
        return text, text, *_unusual(_("not an IMEI of 14 to 16 digits"))
    shown = " ".join((digits[:2], digits[2:8], digits[8:14], digits[14:])).strip()
    if len(digits) != 15:
        return digits, shown, "", False
    return digits, shown, *_should_be(luhn.calc_check_digit(digits[:-1]), digits[-1])


def _iban(text: str) -> Written:
    """A bank account: country, two check digits, the national number."""
    number = text.removeprefix("IBAN")
    if not (number.isascii() and re.fullmatch(r"[A-Z]{2}\d\d[A-Z0-9]{5,30}", number)):
        return text, text, *_unusual(_("not an IBAN"))
    shown = " ".join(number[start : start + 4] for start in range(0, len(number), 4))
    remark, right = _should_be(iban.calc_check_digits(number), number[2:4])
    if right and not iban.is_valid(number, check_country=False):
        remark, right = _unusual(_("not as long as IBANs of its country"))
    return number, shown, remark, right


def _bic(text: str) -> Written:
    """A bank, by ISO 9362."""
    if not (text.isascii() and bic.is_valid(text)):
        return text, text, *_unusual(_("not a BIC of 8 or 11 letters and digits"))
    return text, text, "", False


# ISO 3779: what each letter counts, and the weight of each place. The ninth is the check digit.
_COUNTS = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", "12345678123457923456789", strict=True))
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_NORTH_AMERICA = "12345"  # where the check digit is the law; elsewhere the place is used freely


def _vin(text: str) -> Written:
    """A vehicle: seventeen places without I, O and Q."""
    if not re.fullmatch(r"[A-HJ-NPR-Z0-9]{17}", text):
        return text, text, *_unusual(_("not a VIN of 17 letters and digits without I, O, Q"))
    if text[0] not in _NORTH_AMERICA:
        return text, text, "", False
    total = sum(
        int(_COUNTS.get(each, each)) * weight for each, weight in zip(text, _WEIGHTS, strict=True)
    )
    return text, text, *_should_be("0123456789X"[total % 11], text[8])


def _as_it_is(text: str) -> Written:
    return text, text, "", False


RULES: Mapping[str, Callable[[str], Written]] = {
    Kind.CONTAINER: _container,
    Kind.SHIP: _ship,
    Kind.IMEI: _imei,
    Kind.IBAN: _iban,
    Kind.BIC: _bic,
    Kind.VIN: _vin,
}


def _phone(value: str, region: str) -> Written:
    """E.164; without a country code it is a number of the region."""
    try:
        parsed = phonenumbers.parse(value, region or None)
    except phonenumbers.NumberParseException:
        plus = "+" if value.lstrip().startswith("+") else ""
        text = plus + (compact(value) or value.strip())
        return text, value, *_unusual(_("country code missing or not a telephone number"))
    form = phonenumbers.PhoneNumberFormat
    normal = phonenumbers.format_number(parsed, form.E164)
    shown = phonenumbers.format_number(parsed, form.INTERNATIONAL)
    if not phonenumbers.is_possible_number(parsed):
        return normal, shown, *_unusual(_("too long or too short for its country"))
    return normal, shown, "", False


def _email(value: str) -> Written:
    normal = unicodedata.normalize("NFKC", value).casefold()
    # Once more after the spaces are gone: what stood apart may belong together now.
    normal = "".join(unicodedata.normalize("NFKC", normal).split())
    normal = unicodedata.normalize("NFKC", normal)
    try:
        validate_email(normal)
    except ValidationError:
        return normal, value, *_unusual(_("not an e-mail address"))
    return normal, normal, "", False


def read(kind: str, written: str, *, region: str = "") -> Identifier:
    """A number of a kind. `region` is the country whose telephone numbers need no country code."""
    value = " ".join(written.split())
    text = compact(value)
    if kind == Kind.PHONE:
        normal, shown, warning, right = _phone(value, region)
    elif kind == Kind.EMAIL:
        normal, shown, warning, right = _email(value)
    else:
        normal, shown, warning, right = RULES.get(kind, _as_it_is)(text)
        if shown == text and kind not in RULES:
            shown = value  # a plate or a passport reads as it was written
    found_by = (normal or value)[:LONGEST]  # some signs are written as many letters
    return Identifier(kind, value, found_by, shown or value, warning, right)


def stored(kind: str, value: str, normal: str) -> Identifier:
    """A number that was read before: what is found by is what was stored."""
    again = read(kind, normal)
    shown = read(kind, value).shown if kind in (Kind.PASSPORT, Kind.PLATE, Kind.OTHER) else ""
    return Identifier(kind, value, normal, shown or again.shown, again.warning, again.confirmed)


# Which kind is it? ------------------------------------------------------------------------

# Words before a number that say what it is, in the four languages.
PREFIXES = {
    "container": Kind.CONTAINER, "conteneur": Kind.CONTAINER, "imo": Kind.SHIP, "ship": Kind.SHIP,
    "phone": Kind.PHONE, "tel": Kind.PHONE, "gsm": Kind.PHONE, "telefoon": Kind.PHONE,
    "téléphone": Kind.PHONE, "telefon": Kind.PHONE, "imei": Kind.IMEI, "iban": Kind.IBAN,
    "bic": Kind.BIC, "swift": Kind.BIC, "vin": Kind.VIN, "chassis": Kind.VIN,
    "passport": Kind.PASSPORT, "paspoort": Kind.PASSPORT, "passeport": Kind.PASSPORT,
    "pass": Kind.PASSPORT, "reisepass": Kind.PASSPORT, "plate": Kind.PLATE,
    "kenteken": Kind.PLATE, "nummerplaat": Kind.PLATE, "plaque": Kind.PLATE,
    "kennzeichen": Kind.PLATE, "mail": Kind.EMAIL, "email": Kind.EMAIL, "e-mail": Kind.EMAIL,
    "number": Kind.OTHER, "nummer": Kind.OTHER, "numéro": Kind.OTHER,
}  # fmt: skip
PREFIX_OF: dict[str, str] = {}
for _word, _kind in PREFIXES.items():
    PREFIX_OF.setdefault(_kind, _word)
_PREFIX = re.compile(rf"({'|'.join(map(re.escape, PREFIXES))})\b[ .:]*", re.IGNORECASE)
_DIALLED = re.compile(r"\+[\d ()./-]{3,30}|[\d ()./-]{7,30}")
_SHAPES: tuple[tuple[str, str], ...] = (
    (Kind.CONTAINER, r"[A-Z]{3}[UJZR]\d{6,7}"),
    (Kind.SHIP, r"IMO\d{7}"),
    (Kind.IBAN, r"[A-Z]{2}\d\d[A-Z0-9]{11,30}"),
    (Kind.VIN, r"(?=.*\d)(?=.*[A-Z])[A-HJ-NPR-Z0-9]{17}"),
    (Kind.IMEI, r"\d{15}"),
    (Kind.SHIP, r"\d{7}"),
)
_PROVEN = (Kind.IMEI, Kind.IBAN)  # other numbers look alike: only where the check digits agree


def recognise(written: str, *, region: str = "") -> Identifier:
    """A number whose kind is not said; what nothing recognises is a number like any other."""
    value = " ".join(written.split())
    named = _PREFIX.match(value)
    if named:
        kind, rest = PREFIXES[named[1].lower()], value[named.end() :]
        if re.search(r"[\d@]", rest) or (rest and kind == Kind.BIC):  # else words like any other
            return read(kind, rest, region=region)
    if "@" in value:
        return read(Kind.EMAIL, value)
    return _by_shape(value) or _if_dialled(value, region) or _if_a_bank(value) or read(
        Kind.OTHER, value
    )  # fmt: skip


def _by_shape(value: str) -> Identifier | None:
    if value.startswith(("+", "00")):
        return None
    text = compact(value)
    for kind, shape in _SHAPES:
        if re.fullmatch(shape, text, re.ASCII):
            found = read(kind, value)
            if found.confirmed or not (kind in _PROVEN or shape == r"\d{7}"):
                return found
    return None


def _if_dialled(value: str, region: str) -> Identifier | None:
    if not _DIALLED.fullmatch(value):
        return None
    if value.startswith("00"):
        value_abroad = read(Kind.PHONE, f"+{value[2:]}")
        if not value_abroad.warning:
            return Identifier(
                Kind.PHONE, value, value_abroad.normal, value_abroad.shown, confirmed=False
            )
    found = read(Kind.PHONE, value, region=region)
    return None if found.warning and not value.startswith("+") else found


def _if_a_bank(value: str) -> Identifier | None:
    found = read(Kind.BIC, value)
    written_so = value == found.normal and any(each.isdigit() for each in value)
    return found if written_so and not found.warning else None


# Looking for a number ---------------------------------------------------------------------


def normals(written: str, regions: Iterable[str] = ()) -> list[str]:
    """The normal forms a number may be stored under; none for words without a digit or an @."""
    value = " ".join(written.split())[:LONGEST]
    if not re.search(r"[\d@]", value) or len(compact(value)) < 4:
        return []
    readings = [recognise(value), read(Kind.OTHER, value)]
    if _DIALLED.fullmatch(value):
        readings += [recognise(value, region=each) for each in regions]
        readings += [read(Kind.PHONE, value, region=each) for each in regions]
    return sorted({each.normal for each in readings})


_IN_TEXT = re.compile(
    r"\b[A-Z]{3}[UJZR][ -]?\d{3}[ .]?\d{3}[ /-]?\d\b|\bIMO[ :]?\d{7}\b|\b[\w.+-]+@[\w-]+\.[\w.-]+\w"
)


def found_in(text: str, *, region: str = "") -> Iterator[Identifier]:
    """The numbers that stand in a text, each once: containers, ships, addresses, telephones."""
    found = [recognise(each) for each in _IN_TEXT.findall(text)]
    for match in phonenumbers.PhoneNumberMatcher(text, region or None):
        found.append(read(Kind.PHONE, match.raw_string, region=region))
    yield from {each.normal: each for each in found}.values()
