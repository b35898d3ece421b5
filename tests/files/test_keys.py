"""Keys of countries and of files: a wrong or missing one fails closed, with a clear error."""

import base64

import pytest
from pytest_django import Settings

from lodesk.files import apps, keys
from lodesk.files.keys import KeyProblemError, WrappedKey, keyring

FILE = "ab/cdef"


def line(country: str, number: int, letter: str) -> str:
    """A key as the settings name it."""
    return f"{country}:{number}:{base64.urlsafe_b64encode(letter.encode() * 32).decode()}"


@pytest.fixture
def ring(settings: Settings) -> keys.Keyring:
    """Two keys of Belgium, one of the Netherlands, none of Luxembourg."""
    words = [line("BE", 1, "a"), line("BE", 2, "b"), line("NL", 1, "c")]
    settings.DOCUMENT_KEYS = "# the keys\n" + "\n".join(words)
    return keyring()


def test_the_last_key_of_a_country_wraps_and_the_older_ones_still_open(ring: keys.Keyring) -> None:
    held = ring.wrap(b"x" * 32, country="BE", name=FILE)
    assert held.name == "BE:2"
    assert ring.unwrap(held, country="BE", name=FILE) == b"x" * 32
    older = keys.Keyring({"BE:1": ring.keys["BE:1"]}).wrap(b"y" * 32, country="BE", name=FILE)
    assert ring.unwrap(older, country="BE", name=FILE) == b"y" * 32


def test_a_wrapped_key_says_nothing_and_is_never_the_same(ring: keys.Keyring) -> None:
    one, other = (ring.wrap(b"x" * 32, country="BE", name=FILE) for _turn in range(2))
    assert one.wrapped != other.wrapped
    assert b"x" * 8 not in one.wrapped


@pytest.mark.parametrize(("country", "name"), [("NL", FILE), ("BE", "ab/other"), ("LU", FILE)])
def test_a_wrapped_key_is_of_no_use_elsewhere(ring: keys.Keyring, country: str, name: str) -> None:
    held = ring.wrap(b"x" * 32, country="BE", name=FILE)
    with pytest.raises(KeyProblemError):
        ring.unwrap(held, country=country, name=name)
    with pytest.raises(KeyProblemError):
        ring.unwrap(WrappedKey("NL:1", held.wrapped), country="NL", name=FILE)


def test_without_the_key_it_was_wrapped_by_nothing_opens(ring: keys.Keyring) -> None:
    held = ring.wrap(b"x" * 32, country="BE", name=FILE)
    without = keys.Keyring({"BE:1": ring.keys["BE:1"]})
    with pytest.raises(KeyProblemError, match="BE:2 is not at hand"):
        without.unwrap(held, country="BE", name=FILE)
    wrong = keys.Keyring({"BE:2": b"z" * 32})
    with pytest.raises(KeyProblemError, match="not the one this file was wrapped by"):
        wrong.unwrap(held, country="BE", name=FILE)


def test_a_destroyed_key_says_so(ring: keys.Keyring) -> None:
    with pytest.raises(KeyProblemError, match="destroyed"):
        ring.unwrap(WrappedKey("", b""), country="BE", name=FILE)


def test_a_country_without_a_key_keeps_no_file(ring: keys.Keyring) -> None:
    with pytest.raises(KeyProblemError, match="no document key of LU"):
        ring.wrap(b"x" * 32, country="LU", name=FILE)


@pytest.mark.parametrize(
    "words",
    ["BE", "BE:1", "BE:1:short", "BE:x:" + "A" * 43 + "=", "XX:1:" + "A" * 43 + "=",
     "BE:1:" + "!" * 44, f"{line('BE', 1, 'a')} {line('BE', 1, 'b')}"],
)  # fmt: skip
def test_malformed_keys_are_refused_without_being_shown(settings: Settings, words: str) -> None:
    settings.DOCUMENT_KEYS = words
    with pytest.raises(KeyProblemError) as problem:
        keyring()
    assert words.rpartition(":")[2] not in str(problem.value) or len(words) < 5


def test_a_machine_without_the_keys_does_not_pass_the_check(
    ring: keys.Keyring, settings: Settings
) -> None:
    (missing,) = apps.every_country_has_a_key()
    assert missing.id == "lodesk.E002"
    assert "LU" in str(missing.msg)
    settings.DOCUMENT_KEYS += " " + line("LU", 1, "d")
    assert apps.every_country_has_a_key() == []
    settings.DOCUMENT_KEYS = "nonsense"
    assert [each.id for each in apps.every_country_has_a_key()] == ["lodesk.E001"]
