"""The three of the cast that these tests are about, each with another language."""

from typing import NamedTuple

from accounts.models import User
from tests.factories import Cast


class Three(NamedTuple):
    """Jan of NL and An of BE at the desk in Bogotá, Chris of BE at headquarters."""

    jan: User
    an: User
    chris: User


def three_of(cast: Cast) -> Three:
    """Take them out of the cast."""
    three = Three(cast.dutch_officer, cast.belgian_officer, cast.belgian_headquarters)
    for person, language in zip(three, ("nl", "fr", "en"), strict=True):
        person.language = language
        person.save(update_fields=["language"])
    return three
