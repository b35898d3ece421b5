"""What a mutant is, and pieces of a text taken out or replaced."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

LONGEST = 110


@dataclass(frozen=True)
class Edit:
    """One piece of a text replaced, and how to say so."""

    start: int
    end: int
    put: str
    said: str

    def __call__(self, text: str) -> str:
        return text[: self.start] + self.put + text[self.end :]

    def moved(self, by: int) -> "Edit":
        """The same, in a text that begins earlier."""
        return replace(self, start=self.start + by, end=self.end + by)


@dataclass(frozen=True)
class Mutant:
    """One thing made looser; `apply` does it, in the database or the process of the moment."""

    subject: str  # "policy dossier_read on cases_dossier", "function lodesk_holds" …
    change: str  # "USING (true)", "without me IS NULL" …
    text: str  # all that is done, so that a result can be kept until it changes
    apply: Callable[[], None] = field(compare=False, repr=False)

    @property
    def name(self) -> str:
        """What the report calls it; no two mutants have the same."""
        return f"{self.subject}: {self.change}"

    @property
    def about(self) -> frozenset[str]:
        """Names of what it changes: tables and functions that a test may touch.

        Nothing for a function that PostgreSQL puts into the statement that calls it: nobody sees it
        called.
        """
        if "LANGUAGE sql" in self.text and "SECURITY DEFINER" not in self.text:
            return frozenset()
        executed = re.findall(r"EXECUTE FUNCTION (\w+)", self.text)
        return frozenset(executed or re.findall(r"[\w.]+", self.subject)[1:] or [self.subject])

    @property
    def kind(self) -> str:
        """Under what the report counts it."""
        return "Python" if self.subject.startswith("policy.") else self.subject.split()[0]

    @property
    def fingerprint(self) -> str:
        """Changes when what is done changes."""
        return hashlib.sha256(f"{self.name}\n{self.text}".encode()).hexdigest()[:16]


def in_a_line(text: str) -> str:
    """A piece of SQL or Python on one line, not too long."""
    line = re.sub(r"\s+", " ", text).strip()
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def numbered(mutants: Iterable[Mutant]) -> Iterator[Mutant]:
    """The same mutants, told apart by a number where their names are equal."""
    seen: dict[str, int] = {}
    for mutant in mutants:
        times = seen[mutant.name] = seen.get(mutant.name, 0) + 1
        yield mutant if times == 1 else replace(mutant, change=f"{mutant.change} ({times})")
