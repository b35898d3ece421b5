"""Tables of the accounts app, one module a topic."""

from accounts.models.directory import DirectoryEntry
from accounts.models.duty import Duty
from accounts.models.people import Person, User
from accounts.models.places import Country, Desk, Headquarters, NationalGroup
from accounts.models.postings import Absence, Certificate, Posting, Role

__all__ = [
    "Absence",
    "Certificate",
    "Country",
    "Desk",
    "DirectoryEntry",
    "Duty",
    "Headquarters",
    "NationalGroup",
    "Person",
    "Posting",
    "Role",
    "User",
]
