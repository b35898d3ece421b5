"""The five readers whose pages are measured, from half of all dossiers to three."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reader:
    """Somebody of the drawn network, and how much of it is in sight."""

    key: str
    sees: str
    person: str  # sign-in name of the demo

    @property
    def email(self) -> str:
        """The whole sign-in name."""
        return f"{self.person}@lodesk.example"


READERS = (
    Reader("half", "half of all", "nl-hq"),
    Reader("five", "5 %", "nl-officer1-bog"),
    Reader("three", "3 %", "be-officer1-bog"),
    Reader("few", "three dossiers", "be-officer1-wdh"),
    Reader("old", "3 %, all old", "be-officer1-ccs"),
)
LARGE = ("half", "five", "three", "old")
