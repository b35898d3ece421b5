"""One dossier as one line: the same on the worklist, the list and in search."""

import uuid
from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Self

from django.db.models import CharField, IntegerField, QuerySet
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import Dossier
from cases.states import Status, WaitingFor

if TYPE_CHECKING:
    from accounts.models import User


class Line(NamedTuple):
    """The columns of a dossier that a line needs, of forty; a page reads hundreds of lines."""

    pk: uuid.UUID
    reference: str
    owner: str
    title: str
    status: str
    waiting_for: str
    next_step: str
    due_at: datetime | None
    opened_at: datetime
    handler: int | None
    handler_name: str | None
    handler_country: str | None
    stand_in: str | None  # who stands in for the handler
    new: int

    @classmethod
    def all(cls, dossiers: QuerySet[Dossier], user: "User") -> list[Self]:
        """Lines for dossiers, with the number of others' entries since the person's last visit."""
        found = with_new(dossiers, user).annotate(stand_in=STAND_IN)
        return [cls(*values) for values in found.values_list(*COLUMNS, "stand_in", "new")]


COLUMNS = ("pk", "reference", "owner", "title", "status", "waiting_for", "next_step", "due_at",
           "opened_at", "handler", "handler__name", "handler__country")  # fmt: skip


@dataclass(frozen=True)
class Row:
    """What a line shows of a dossier, and where it leads."""

    reference: str
    owner: str
    on_behalf: bool
    title: str
    new: int
    next: str
    due_at: datetime | None
    waiting: bool
    status: str
    handler: str
    handled_by_you: bool
    may_hand_over: bool = False
    state: str = ""  # the code behind `status`, to filter by
    link: str = ""  # where it leads, when that is not the dossier
    may_take: bool = False  # it waits in the queue of one's own team

    @property
    def new_words(self) -> str:
        """How many entries others added since the last visit, in words."""
        return ngettext("%(count)s new", "%(count)s new", self.new) % {"count": self.new}

    @property
    def url(self) -> str:
        """Where it leads; asked only for lines that are shown."""
        return self.link or reverse("dossier", args=[self.reference])

    @property
    def hand_over_url(self) -> str:
        """Where it is handed over, for who may."""
        return reverse("hand_over", args=[self.reference]) if self.may_hand_over else ""

    @property
    def take_url(self) -> str:
        """Where it is taken from the queue, for who may."""
        return reverse("dossier_take", args=[self.reference]) if self.may_take else ""


# Asked once a dossier, not once an entry: without a visit no entry is looked at. In plain SQL, for
# the ORM takes longer to put this together than PostgreSQL to answer it; row security holds inside.
NEW = """(
    SELECT count(*) FROM cases_entry e
    WHERE e.dossier_id = cases_dossier.id AND e.author_id IS DISTINCT FROM %s
    AND e.recorded_at > (SELECT v.at FROM cases_visit v
                WHERE v.dossier_id = cases_dossier.id AND v.person_id = %s))"""


# Of few dossiers: a small index of its own says at once that there is none.
STAND_IN = RawSQL(
    """(SELECT p.name FROM cases_dossieruserpermission g JOIN accounts_person p ON p.id = g.user_id
        WHERE g.content_object_id = cases_dossier.id AND g.standin_id IS NOT NULL LIMIT 1)""",
    (),
    output_field=CharField(null=True),
)


def with_new(dossiers: QuerySet[Dossier], user: "User") -> QuerySet[Dossier]:
    """Dossiers with the number of entries of others since the person's last visit."""
    count = RawSQL(NEW, (user.pk, user.pk), output_field=IntegerField())  # noqa: S611 - constant
    return dossiers.annotate(new=count)


def make(lines: Iterable[Line], user: "User", *, queue: Container[uuid.UUID] = ()) -> list[Row]:
    """What a page shows of lines; `queue` are those that can be taken there."""
    statuses = {status.value: str(status.label) for status in Status}
    you, nobody = _("You"), _("nobody yet")
    made = []
    for line in lines:
        # Who handles a dossier may hand it over: nothing is asked per row; the page asks again.
        mine = line.handler == user.pk
        made.append(
            Row(
                reference=line.reference,
                owner=line.owner,
                on_behalf=line.handler is not None and line.handler_country != line.owner,
                title=line.title,
                new=line.new,
                next=next_step(line.next_step, line.waiting_for),
                due_at=line.due_at,
                waiting=line.status == Status.WAITING,
                status=statuses[line.status],
                handler=_handler(you if mine else line.handler_name or nobody, line.stand_in),
                handled_by_you=mine,
                may_hand_over=mine and line.status != Status.CLOSED,
                state=line.status,
                may_take=line.pk in queue,
            )
        )
    return made


def _handler(name: str, stand_in: str | None) -> str:
    """Who handles it, and who does the work meanwhile."""
    if not stand_in:
        return name
    return _("%(handler)s, %(stand_in)s stands in") % {"handler": name, "stand_in": stand_in}


def next_step(written: str, waiting_for: str) -> str:
    """What is to be done next, or for whom the dossier waits."""
    if written or not waiting_for:
        return written
    return str(WaitingFor(waiting_for).label)


def by_due(row: Row) -> tuple[bool, datetime, str]:
    """Order rows by what is due first; what has no due time comes last."""
    return (row.due_at is None, row.due_at or timezone.now(), row.reference)
