"""Tables of the cases app, one module a topic."""

from cases.models.clocks import Clock, ClockInterval
from cases.models.connections import Connection
from cases.models.contacts import Contact
from cases.models.documents import Document, DocumentVersion, Upload
from cases.models.dossiers import Dossier, ReferenceCounter, Visit
from cases.models.entries import Draft, Entry, Translation
from cases.models.exports import Export
from cases.models.grants import DossierGroupPermission, DossierUserPermission, GrantHistory
from cases.models.handovers import Handover
from cases.models.links import Link
from cases.models.mandates import Mandate
from cases.models.parties import Identifier, Party
from cases.models.projects import Project, ProjectDossier, ProjectMember
from cases.models.readers import Reader
from cases.models.rotations import Rotation, RotationLine
from cases.models.saved_views import SavedView
from cases.models.standins import StandIn
from cases.models.tasks import Task
from cases.models.templates import Template

__all__ = [
    "Clock",
    "ClockInterval",
    "Connection",
    "Contact",
    "Document",
    "DocumentVersion",
    "Dossier",
    "DossierGroupPermission",
    "DossierUserPermission",
    "Draft",
    "Entry",
    "Export",
    "GrantHistory",
    "Handover",
    "Identifier",
    "Link",
    "Mandate",
    "Party",
    "Project",
    "ProjectDossier",
    "ProjectMember",
    "Reader",
    "ReferenceCounter",
    "Rotation",
    "RotationLine",
    "SavedView",
    "StandIn",
    "Task",
    "Template",
    "Translation",
    "Upload",
    "Visit",
]
