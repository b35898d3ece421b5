"""The kinds of acts in the words of an auditor. A kind without words is shown as its code."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "access.not_found": _("asked for a page that is not there"),
    "access.refused": _("was refused"),
    "alert.dropped": _("alert not sent"),
    "alert.failed": _("alert could not be sent"),
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
    "profile.changed": _("changed the own account"),
    "search": _("searched"),
    "sign_in": _("signed in"),
    "sign_in_failed": _("tried to sign in"),
    "sign_out": _("signed out"),
}


def words_for(action: str) -> str:
    """Say what was done."""
    return str(WORDS.get(action, action))
