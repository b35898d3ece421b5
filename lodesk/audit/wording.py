"""Acts and their facts in the words of an auditor. What has no words is shown as its code."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

StrOrPromise = str | Promise

WORDS = {
    "access.not_found": _("asked for a page that is not there"),
    "access.refused": _("was refused"),
    "alert.dropped": _("alert not sent"),
    "alert.failed": _("alert could not be sent"),
    "clock.paused": _("let a clock stand still"),
    "clock.resumed": _("let a clock run again"),
    "clock.settled": _("settled a clock"),
    "clock.started": _("started a clock"),
    "clocks.viewed": _("looked at the deadlines of a dossier"),
    "connection.added": _("connected two people or objects"),
    "connection.withdrawn": _("withdrew a connection"),
    "document.added": _("added a document"),
    "document.destroyed": _("document destroyed"),
    "document.opened": _("opened a document"),
    "document.replaced": _("added a newer version of a document"),
    "document.viewed": _("looked at what is said of a document"),
    "document.withdrawn": _("withdrew a document"),
    "dossier.answer": _("marked a dossier as answered"),
    "dossier.changed": _("changed a dossier"),
    "dossier.close": _("closed a dossier"),
    "dossier.opened": _("made a new dossier"),
    "dossier.reopen": _("opened a dossier again"),
    "dossier.resume": _("went on with a dossier"),
    "dossier.start": _("opened a draft"),
    "dossier.viewed": _("looked at a dossier"),
    "dossier.wait": _("set a dossier to waiting"),
    "entry.added": _("wrote in a dossier"),
    "entry.corrected": _("corrected an entry"),
    "entry.translated": _("translated an entry"),
    "handler.left": _("handler left, work is with the team"),
    "handover.accepted": _("accepted a dossier"),
    "handover.declined": _("declined a dossier"),
    "handover.expired": _("offer lapsed"),
    "handover.offered": _("offered a dossier"),
    "handover.withdrawn": _("withdrew an offer"),
    "keeping.ended": _("what the giver kept ended"),
    "log.viewed": _("read the log"),
    "mandate.asked": _("asked for a mandate"),
    "mandate.ended": _("mandate ended"),
    "mandate.given": _("gave a mandate"),
    "mandate.refused": _("refused a mandate"),
    "party.added": _("added a person or an object"),
    "party.corrected": _("corrected a person or an object"),
    "party.viewed": _("looked at a person or an object"),
    "party.withdrawn": _("withdrew a person or an object"),
    "profile.changed": _("changed the own account"),
    "search": _("searched"),
    "sign_in": _("signed in"),
    "sign_in_failed": _("tried to sign in"),
    "sign_out": _("signed out"),
    "upload.refused": _("sent a file that is not kept"),
}

FACTS = {
    "action": pgettext_lazy("fact", "acts"),
    "after": pgettext_lazy("fact", "after"),
    "before": pgettext_lazy("fact", "before"),
    "channel": pgettext_lazy("fact", "channel"),
    "codes": pgettext_lazy("fact", "handling code"),
    "confined": _("confined"),
    "digest": pgettext_lazy("fact", "digest"),
    "digests": pgettext_lazy("fact", "digests"),
    "document": pgettext_lazy("fact", "document"),
    "due_at": pgettext_lazy("fact", "due"),
    "ends_at": pgettext_lazy("fact", "ends"),
    "event": pgettext_lazy("fact", "alert"),
    "fields": pgettext_lazy("fact", "fields"),
    "kind": pgettext_lazy("fact", "kind"),
    "language": pgettext_lazy("fact", "language"),
    "level": pgettext_lazy("fact", "level"),
    "method": pgettext_lazy("fact", "method"),
    "outcome": pgettext_lazy("fact", "outcome"),
    "party": pgettext_lazy("fact", "person or object"),
    "page": pgettext_lazy("fact", "page"),
    "problem": pgettext_lazy("fact", "problem"),
    "reason": pgettext_lazy("fact", "reason"),
    "recipient": pgettext_lazy("fact", "recipient"),
    "result": pgettext_lazy("fact", "result"),
    "role": pgettext_lazy("fact", "role"),
    "rule": pgettext_lazy("fact", "rule"),
    "since": pgettext_lazy("fact", "since"),
    "state": pgettext_lazy("fact", "state"),
    "until": pgettext_lazy("fact", "until"),
    "version": pgettext_lazy("fact", "version"),
}

STATUSES = {
    "draft": pgettext_lazy("status", "draft"),
    "open": pgettext_lazy("status", "open"),
    "waiting": pgettext_lazy("status", "waiting"),
    "answered": pgettext_lazy("status", "answered"),
    "closed": pgettext_lazy("status", "closed"),
}

KINDS = {
    "person": pgettext_lazy("party", "person"),
    "organisation": pgettext_lazy("party", "organisation"),
    "location": pgettext_lazy("party", "place"),
    "item": pgettext_lazy("party", "object"),
    "event": pgettext_lazy("party", "event"),
    "owner": _("owner of"),
    "user": _("user of"),
    "shipper": _("shipper of"),
    "consignee": _("consignee of"),
    "driver": _("driver of"),
    "employee": _("works for"),
    "relative": _("relative of"),
    "associate": _("associate of"),
    "same": _("same as"),
    "carried": _("carried in"),
    "located": pgettext_lazy("connection", "is at"),
    "involved": pgettext_lazy("connection", "took part in"),
}
ROLES = {
    "suspect": _("suspect"),
    "convicted": _("convicted person"),
    "victim": _("victim"),
    "witness": _("witness"),
    "contact": _("contact, associate"),
    "informant": _("informant"),
    "other": pgettext_lazy("role", "other person"),
}
PROBLEMS = {
    "active": _("may hold a script"),
    "archive": _("archive that cannot be looked into"),
    "bomb": _("unpacks to too much"),
    "broken": _("damaged"),
    "damaged": _("not as it was sent"),
    "empty": _("empty"),
    "encoding": _("old encoding"),
    "encrypted": _("encrypted"),
    "executable": _("program"),
    "macros": _("macros"),
    "mislabelled": _("content does not fit the name"),
    "unknown": _("type not known"),
}

# The codes that a fact may have, where they are not read as they stand.
VALUES: Mapping[str, Mapping[str, StrOrPromise]] = {
    "action": WORDS,
    "after": STATUSES,
    "before": STATUSES,
    "confined": {"True": _("yes"), "False": _("no")},
    "channel": {
        "siena": "SIENA",
        "interpol": "INTERPOL I-24/7",
        "email": _("e-mail"),
        "phone": _("telephone"),
        "in_person": _("in person"),
        "post": _("post or diplomatic bag"),
        "other": _("another channel"),
    },
    "kind": {
        "note": pgettext_lazy("fact", "note"),
        "phone_note": _("Phone note"),
        "incoming_message": _("Incoming message"),
        "outgoing_message": _("Outgoing message"),
        "question": _("Question"),
        "answer": _("Answer"),
        "partial_answer": _("Partial answer"),
        "refusal": _("Refusal"),
        "clarification_asked": _("Clarification asked"),
        "clarification_given": _("Clarification given"),
        "authorisation_asked": _("Judicial authorisation asked"),
        "authorisation_given": _("Judicial authorisation given"),
        "instruction": _("Instruction from headquarters"),
        "confirmation": pgettext_lazy("fact", "written confirmation"),
        "host_authority": pgettext_lazy("fact", "answer of the host authority"),
        "headquarters": pgettext_lazy("fact", "answer of headquarters"),
        "review": pgettext_lazy("fact", "review"),
        "own": pgettext_lazy("fact", "own deadline"),
        "clarification": pgettext_lazy("fact", "clarification"),
        "authorisation": pgettext_lazy("fact", "judicial authorisation"),
    }
    | KINDS,
    "level": {
        "view": _("view"),
        "contribute": _("contribute"),
        "handle": _("handle"),
        "oversee": _("oversee"),
    },
    "outcome": {
        "done": pgettext_lazy("fact", "done"),
        "replaced": pgettext_lazy("fact", "replaced"),
        "dropped": pgettext_lazy("fact", "no longer needed"),
    },
    "problem": PROBLEMS,
    "role": ROLES,
    "state": {"awaiting_mandate": _("awaiting mandate"), "offered": _("offered")},
}


def words_for(action: str) -> str:
    """Say what was done."""
    return str(WORDS.get(action, action))


def fact_in_words(name: str, value: str) -> str:
    """Say one fact of an act: "level: handle"."""
    return f"{FACTS.get(name, name.replace('_', ' '))}: {VALUES.get(name, {}).get(value, value)}"
