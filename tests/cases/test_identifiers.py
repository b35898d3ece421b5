"""Numbers that name a thing: however they are written they are found, and none is ever lost."""

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from stdnum import imo, iso6346, luhn

from cases import identifiers
from cases.identifiers import IdentifierKind as Kind
from cases.identifiers import found_in, normals, read, recognise, stored


@pytest.mark.parametrize(
    ("written", "kind", "normal", "shown", "warning"),
    [
        ("csqu 305438-3", "container", "CSQU3054383", "CSQU 305438 3", ""),
        ("XMPU 120045 7", "container", "XMPU1200457", "XMPU 120045 7", "check digit should be 9"),
        ("XMPU 120045", "container", "XMPU120045", "XMPU 120045", "check digit missing: it is 9"),
        ("IMO 9074729", "ship", "9074729", "IMO 9074729", ""),
        ("9074729", "ship", "9074729", "IMO 9074729", ""),
        ("imo 9074728", "ship", "9074728", "IMO 9074728", "check digit should be 9"),
        ("+593 (99) 555-0100", "phone", "+593995550100", "+593 99 555 0100", ""),
        ("099 555 0100", "phone", "+593995550100", "+593 99 555 0100", ""),
        ("0032 2 555 12 34", "phone", "+3225551234", "+32 2 555 12 34", ""),
        ("+32 1", "phone", "+321", "+32 1", "not a telephone number"),
        ("+32 255 12", "phone", "+3225512", "+32 25512", "too long or too short"),
        ("490154203237518", "imei", "490154203237518", "49 015420 323751 8", ""),
        ("IMEI 490154203237519", "imei", "490154203237519", "49 015420 323751 9", "should be 8"),
        ("BE68 5390 0754 7034", "iban", "BE68539007547034", "BE68 5390 0754 7034", ""),
        ("IBAN BE69 5390 0754 7034", "iban", "BE69539007547034", "BE69 5390 0754 7034",
         "check digit should be 68"),
        ("BIC KREDBEBB", "bic", "KREDBEBB", "KREDBEBB", ""),
        ("swift XX1", "bic", "XX1", "XX1", "not a BIC"),
        ("1HGCM82633A004352", "vin", "1HGCM82633A004352", "1HGCM82633A004352", ""),
        ("1HGCM82643A004352", "vin", "1HGCM82643A004352", "1HGCM82643A004352", "should be 3"),
        ("WVWZZZ1JZXW000010", "vin", "WVWZZZ1JZXW000010", "WVWZZZ1JZXW000010", ""),
        ("vin WVWZZZ1JZXW00001", "vin", "WVWZZZ1JZXW00001", "WVWZZZ1JZXW00001", "not a VIN"),
        ("passport AB 123456", "passport", "AB123456", "AB 123456", ""),
        ("Kenteken: GBX-0001", "plate", "GBX0001", "GBX-0001", ""),
        ("J.Modaal@Example.org", "email", "j.modaal@example.org", "j.modaal@example.org", ""),
        ("@nobody", "email", "@nobody", "@nobody", "not an e-mail address"),
        ("seal EC 004417", "other", "SEALEC004417", "seal EC 004417", ""),
    ],
)  # fmt: skip
def test_a_number_is_recognised_and_its_check_digit_judged(
    written: str, kind: str, normal: str, shown: str, warning: str
) -> None:
    found = recognise(written, region="EC")
    assert (found.kind, found.normal, found.shown) == (kind, normal, shown)
    assert warning in found.warning
    assert bool(warning) == bool(found.warning)


def test_without_a_country_a_number_of_the_region_is_no_telephone_number() -> None:
    assert recognise("099 555 0100").kind != Kind.PHONE
    assert "country code missing" in read(Kind.PHONE, "099 555 0100").warning


texts = st.text(min_size=1, max_size=60).filter(lambda text: text.strip())
regions = st.sampled_from(["", "BE", "EC", "CO"])


@given(st.sampled_from(Kind.values), texts, regions)
@example("phone", "+", "")
@example("email", "@", "")
@example("other", "-", "")
@example("plate", "ŉß", "")
@example("other", "\ufdfa" * 60, "")
def test_nothing_that_was_written_is_lost_or_without_a_form(
    kind: str, written: str, region: str
) -> None:
    found = read(kind, written, region=region)
    assert found.value == " ".join(written.split())
    assert 0 < len(found.normal) <= identifiers.LONGEST
    assert found.shown


@given(st.sampled_from(Kind.values), texts, regions)
def test_the_normal_form_is_its_own_normal_form(kind: str, written: str, region: str) -> None:
    normal = read(kind, written, region=region).normal
    if normal != " ".join(written.split()):
        assert read(kind, normal).normal == normal


@given(texts, regions)
def test_a_line_that_was_read_is_read_again_as_the_same(written: str, region: str) -> None:
    found = recognise(written, region=region)
    again = recognise(found.line, region=region)
    assert again.kind == found.kind
    assert again.normal == found.normal


letters = st.text(string.ascii_uppercase, min_size=3, max_size=3)
digits6 = st.text(string.digits, min_size=6, max_size=6)
spaces = st.lists(st.sampled_from(["", " ", "-", "/", "."]), min_size=3, max_size=3)


@given(letters, st.sampled_from("UJZ"), digits6, spaces)
def test_a_container_is_found_however_it_is_written(
    owner: str, category: str, number: str, between: list[str]
) -> None:
    first = f"{owner}{category}{number}"
    whole = first + iso6346.calc_check_digit(first)
    one, two, three = between
    written = f"{owner}{category}{one}{number[:3]}{two}{number[3:]}{three}{whole[-1]}".lower()
    found = recognise(written)
    assert (found.kind, found.normal, found.confirmed) == ("container", whole, True)
    assert whole in normals(written)


@given(letters, digits6, st.sampled_from(string.digits))
def test_exactly_the_right_check_digit_of_a_container_is_right(
    owner: str, number: str, digit: str
) -> None:
    right = iso6346.calc_check_digit(f"{owner}U{number}")
    found = recognise(f"{owner}U{number}{digit}")
    assert found.confirmed == (digit == right)
    assert (f"should be {right}" in found.warning) == (digit != right)


@given(digits6, st.sampled_from(string.digits))
def test_exactly_the_right_check_digit_of_a_ship_is_right(number: str, digit: str) -> None:
    found = recognise(f"IMO {number}{digit}")
    assert found.confirmed == (digit == imo.calc_check_digit(number))
    assert found.confirmed != bool(found.warning)


@given(st.text(string.digits, min_size=14, max_size=14))
def test_a_handset_with_its_check_digit_is_recognised(number: str) -> None:
    found = read(Kind.IMEI, number + luhn.calc_check_digit(number))
    assert found.confirmed
    assert not read(Kind.IMEI, number).warning


@given(st.integers(min_value=2_000_000, max_value=9_999_999))
def test_a_telephone_is_found_in_every_notation(number: int) -> None:
    tail = str(number)
    wanted = f"+57601{tail}"
    for written in (f"+57 601 {tail}", f"0057601{tail}", f"(601) {tail[:3]} {tail[3:]}",
                    f"+57-601-{tail[:3]}-{tail[3:]}"):  # fmt: skip
        assert wanted in normals(written, ["BE", "CO"]), written


@given(st.sampled_from(Kind.values), texts)
def test_what_is_stored_is_shown_as_it_was(kind: str, written: str) -> None:
    found = read(kind, written, region="EC")
    again = stored(found.kind, found.value, found.normal)
    assert (again.kind, again.value, again.normal) == (found.kind, found.value, found.normal)


@pytest.mark.parametrize("words", ["Cocaine in bananas", "", "a 1", "Dr. No"])
def test_words_are_not_looked_up_as_numbers(words: str) -> None:
    assert normals(words) == []


def test_numbers_are_found_in_a_text_each_once() -> None:
    text = (
        "Gate-in of CSQU 305438 3 and csqu; again CSQU305438-3 on IMO 9074729,"
        " call 099 555 0100 or +593 99 555 0100, write to a.b@example.org."
    )
    found = {each.normal for each in found_in(text, region="EC")}
    assert found == {"CSQU3054383", "9074729", "+593995550100", "a.b@example.org"}
    assert len(list(found_in(text, region="EC"))) == len(found)


def test_every_kind_but_none_has_a_word_that_names_it() -> None:
    assert identifiers.PREFIX_OF.keys() == set(Kind.values)
