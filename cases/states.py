"""The life of a dossier, of a handover and of a mandate, as tables.

A step that is not in a table does not exist; PostgreSQL holds the same tables in
`cases/sql/`, and the tests compare the two.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Status(models.TextChoices):
    """Where a dossier is in its life (product.md section 3)."""

    DRAFT = "draft", pgettext_lazy("status", "draft")
    OPEN = "open", pgettext_lazy("status", "open")
    WAITING = "waiting", pgettext_lazy("status", "waiting")
    ANSWERED = "answered", pgettext_lazy("status", "answered")
    CLOSED = "closed", pgettext_lazy("status", "closed")


class WaitingFor(models.TextChoices):
    """Whom a waiting dossier waits for."""

    HOST_AUTHORITY = "host_authority", _("host authority")
    HEADQUARTERS = "headquarters", _("headquarters")
    CLARIFICATION = "clarification", _("clarification")
    JUDICIAL_AUTHORISATION = "judicial_authorisation", _("judicial authorisation")


class Step(models.TextChoices):
    """An act on a dossier, a handover or a mandate that needs permission."""

    VIEW = "view", _("read")
    CONTRIBUTE = "contribute", _("add an entry")
    INSTRUCT = "instruct", _("give an instruction")
    CHANGE = "change", _("change the dossier")
    START = "start", _("open")
    WAIT = "wait", _("wait")
    RESUME = "resume", _("go on")
    ANSWER = "answer", _("mark as answered")
    REOPEN = "reopen", _("open again")
    CLOSE = "close", _("close")
    OFFER = "offer", _("offer a handover")
    ACCEPT = "accept", _("accept")
    DECLINE = "decline", _("decline")
    WITHDRAW = "withdraw", _("withdraw")
    TAKE = "take", _("take from the queue")
    REASSIGN = "reassign", _("re-assign")
    GIVE_MANDATE = "give_mandate", _("give the mandate")
    REFUSE_MANDATE = "refuse_mandate", _("refuse the mandate")
    END_MANDATE = "end_mandate", _("end the mandate")
    EXPORT = "export", _("print or export for one's own work")
    EXPORT_TO_OTHERS = "export_to_others", _("export for others")
    WITHDRAW_DOCUMENT = "withdraw_document", _("withdraw a document")
    MOVE_TASK = "move_task", _("give a task to somebody else, or more time")
    FINISH_TASK = "finish_task", _("finish a task")
    DROP_TASK = "drop_task", _("drop a task")


# (status, step) -> next status. "Waiting" to "waiting" changes for whom.
DOSSIER_STEPS: dict[tuple[str, str], str] = {
    (Status.DRAFT, Step.START): Status.OPEN,
    (Status.OPEN, Step.WAIT): Status.WAITING,
    (Status.OPEN, Step.ANSWER): Status.ANSWERED,
    (Status.WAITING, Step.WAIT): Status.WAITING,
    (Status.WAITING, Step.RESUME): Status.OPEN,
    (Status.WAITING, Step.ANSWER): Status.ANSWERED,
    (Status.ANSWERED, Step.REOPEN): Status.OPEN,
    (Status.ANSWERED, Step.CLOSE): Status.CLOSED,
}
STATUS_STEPS = (Step.START, Step.WAIT, Step.RESUME, Step.ANSWER, Step.REOPEN, Step.CLOSE)


class HandoverState(models.TextChoices):
    """Where an offer is (product.md section 4)."""

    AWAITING_MANDATE = "awaiting_mandate", _("awaiting mandate")
    OFFERED = "offered", _("offered")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")
    EXPIRED = "expired", _("expired")
    REFUSED = "refused", _("mandate refused")


OPEN_OFFER_STATES = (HandoverState.AWAITING_MANDATE, HandoverState.OFFERED)

# (state, step) -> next state. Expiry is nobody's step: time does it.
HANDOVER_STEPS: dict[tuple[str, str], str] = {
    (HandoverState.AWAITING_MANDATE, Step.GIVE_MANDATE): HandoverState.OFFERED,
    (HandoverState.AWAITING_MANDATE, Step.REFUSE_MANDATE): HandoverState.REFUSED,
    (HandoverState.AWAITING_MANDATE, Step.WITHDRAW): HandoverState.WITHDRAWN,
    (HandoverState.OFFERED, Step.ACCEPT): HandoverState.ACCEPTED,
    (HandoverState.OFFERED, Step.DECLINE): HandoverState.DECLINED,
    (HandoverState.OFFERED, Step.WITHDRAW): HandoverState.WITHDRAWN,
}


class MandateState(models.TextChoices):
    """Where a mandate is. Given is not yet valid: its dates decide at every read."""

    ASKED = "asked", _("asked")
    GIVEN = "given", _("given")
    REFUSED = "refused", _("refused")
    ENDED = "ended", _("ended")


MANDATE_STEPS: dict[tuple[str, str], str] = {
    (MandateState.ASKED, Step.GIVE_MANDATE): MandateState.GIVEN,
    (MandateState.ASKED, Step.REFUSE_MANDATE): MandateState.REFUSED,
    (MandateState.GIVEN, Step.END_MANDATE): MandateState.ENDED,
}


class TaskState(models.TextChoices):
    """Where a task is."""

    OPEN = "open", pgettext_lazy("task", "to do")
    DONE = "done", pgettext_lazy("task", "done")
    DROPPED = "dropped", pgettext_lazy("task", "dropped")


# (state, step) -> next state. Another assignee or due time leaves it open.
TASK_STEPS: dict[tuple[str, str], str] = {
    (TaskState.OPEN, Step.MOVE_TASK): TaskState.OPEN,
    (TaskState.OPEN, Step.FINISH_TASK): TaskState.DONE,
    (TaskState.OPEN, Step.DROP_TASK): TaskState.DROPPED,
}


class RotationState(models.TextChoices):
    """Where the rotation of a leaving officer is: each dossier in it goes its own way."""

    PLANNED = "planned", pgettext_lazy("rotation", "planned")
    OFFERED = "offered", pgettext_lazy("rotation", "offered")
    DONE = "done", pgettext_lazy("rotation", "done")
    GIVEN_UP = "given_up", pgettext_lazy("rotation", "given up")


OPEN_ROTATION_STATES = (RotationState.PLANNED, RotationState.OFFERED)


class Level(models.TextChoices):
    """How much of a dossier a grant gives: two ladders above `contribute`."""

    VIEW = "view", _("view")
    CONTRIBUTE = "contribute", _("contribute")
    HANDLE = "handle", _("handle")
    OVERSEE = "oversee", _("oversee")


# A grant of a level stands on all the levels below it (product.md section 2, number 2).
LADDER: dict[str, tuple[str, ...]] = {
    Level.VIEW: (Level.VIEW,),
    Level.CONTRIBUTE: (Level.VIEW, Level.CONTRIBUTE),
    Level.HANDLE: (Level.VIEW, Level.CONTRIBUTE, Level.HANDLE),
    Level.OVERSEE: (Level.VIEW, Level.CONTRIBUTE, Level.OVERSEE),
}


class Sight(models.TextChoices):
    """Who sees a contact of a desk, from one person to the officers of every country there."""

    MINE = "mine", _("who keeps it, and coordinators of headquarters")
    TEAM = "team", _("its country's team at the desk, and headquarters")
    DESK = "desk", _("all officers at the desk, of every country")


class ContactAct(models.TextChoices):
    """What a version of a contact came from."""

    MADE = "made", pgettext_lazy("contact", "added")
    CHANGED = "changed", pgettext_lazy("contact", "changed")
    HANDED_OVER = "handed_over", pgettext_lazy("contact", "handed over")
    RETIRED = "retired", pgettext_lazy("contact", "retired")
