"""Steps in the life of a dossier as one can choose them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases import policy
from cases.models import Dossier
from cases.models.entries import EntryKind
from cases.policy import Decision
from cases.states import DOSSIER_STEPS, STATUS_STEPS, Status, Step, WaitingFor

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class StatusStep:
    """A step that can follow, or why it cannot."""

    value: str
    label: str
    help: str
    allowed: bool
    reason: str


def status_steps(dossier: Dossier, user: "User") -> list[StatusStep]:
    """What can follow the present status, and closing, which everybody asks about."""
    return list(_steps(dossier, user))


def _steps(dossier: Dossier, user: "User") -> Iterator[StatusStep]:
    for step in STATUS_STEPS:
        follows = (dossier.status, step) in DOSSIER_STEPS
        if not follows and step != Step.CLOSE:
            continue
        decision = policy.may(user, step, dossier) if follows else _not_yet()
        if decision:
            decision = ready(dossier, step)
        if step == Step.WAIT:
            yield from _waits(dossier, decision)
        else:
            label, help_text = _words(step)
            yield _step(step.value, label, help_text, decision)


def ready(dossier: Dossier, step: Step) -> Decision:
    """Whether the dossier has what a step asks for: answered needs an answer or a refusal."""
    answers = dossier.entries.filter(kind__in=(EntryKind.ANSWER, EntryKind.REFUSAL))
    if step == Step.ANSWER and not answers.exists():
        return policy.no(_("First record the answer or the refusal in the timeline."))
    return policy.YES


def _not_yet() -> Decision:
    return policy.no(_("First mark it as answered; then a coordinator closes it."))


def _waits(dossier: Dossier, decision: Decision) -> Iterator[StatusStep]:
    labels = {
        WaitingFor.HOST_AUTHORITY: _("Wait for the host authority"),
        WaitingFor.HEADQUARTERS: _("Wait for headquarters"),
        WaitingFor.CLARIFICATION: _("Wait for clarification"),
        WaitingFor.JUDICIAL_AUTHORISATION: _("Wait for judicial authorisation"),
    }
    for whom, label in labels.items():
        if dossier.waiting_for != whom:
            yield _step(f"{Step.WAIT.value}:{whom.value}", label, "", decision)


def _words(step: Step) -> tuple[str, str]:
    words = {
        Step.START: (_("Open"), _("The draft becomes a dossier to work on.")),
        Step.RESUME: (_("Go on"), _("What was waited for has come, or is no longer needed.")),
        Step.ANSWER: (_("Mark as answered"), _("The answer has gone out.")),
        Step.REOPEN: (_("Open again"), _("There is more to do after all.")),
        Step.CLOSE: (
            pgettext("dossier", "Close"),
            _("Nothing can be added or changed afterwards."),
        ),
    }
    return words[step]


def _step(value: str, label: str, help_text: str, decision: Decision) -> StatusStep:
    return StatusStep(value, label, help_text, decision.allowed, str(decision.reason))


def present(dossier: Dossier) -> str:
    """The present status, as it stands in a sentence."""
    if dossier.status == Status.WAITING:
        return _("waiting for %(whom)s") % {"whom": dossier.get_waiting_for_display()}
    return str(Status(dossier.status).label)
