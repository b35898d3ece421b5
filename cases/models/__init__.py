"""Tables of the cases app, one module a topic."""

from cases.models.dossiers import Dossier, ReferenceCounter, Visit
from cases.models.entries import Draft, Entry, Translation
from cases.models.grants import DossierGroupPermission, DossierUserPermission, GrantHistory
from cases.models.handovers import Handover
from cases.models.mandates import Mandate
from cases.models.readers import Reader

__all__ = [
    "Dossier",
    "DossierGroupPermission",
    "DossierUserPermission",
    "Draft",
    "Entry",
    "GrantHistory",
    "Handover",
    "Mandate",
    "Reader",
    "ReferenceCounter",
    "Translation",
    "Visit",
]
