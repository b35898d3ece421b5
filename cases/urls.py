"""Addresses of the cases app: a dossier is its reference, everything else a random key."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from cases.selectors.search import REFERENCE
from cases.views.absences import absences_page, standin_page
from cases.views.access import who_can_see_page
from cases.views.clocks import deadline_page, deadlines_page
from cases.views.contacts import (
    contact_change,
    contact_new,
    contact_page,
    contacts_hand_over,
    contacts_page,
)
from cases.views.documents import (
    document_file,
    document_page,
    document_withdraw,
    documents_page,
)
from cases.views.dossier import dossier_page
from cases.views.dossier_forms import dossier_change, dossier_new, dossier_status
from cases.views.dossiers import dossiers_page
from cases.views.duty import duty_page
from cases.views.entries import draft, entry_add, entry_correct, entry_page, entry_translate
from cases.views.exports import export_file, export_page, exports_page
from cases.views.hand_over import hand_over_page
from cases.views.handovers import handover_note, handover_page, handovers_page
from cases.views.help import help_page
from cases.views.links import link_page, links_page
from cases.views.mails import mail_page
from cases.views.mandates import mandate_page
from cases.views.parties import known_page, parties_page, party_add, party_correct, party_page
from cases.views.projects import project_new, project_page, projects_page
from cases.views.rotations import (
    rotation_certificate,
    rotation_new,
    rotation_page,
    rotations_page,
)
from cases.views.saved_views import saved_view_page, saved_views_page
from cases.views.search import search_page
from cases.views.taking import dossier_reassign, dossier_take
from cases.views.tasks import task_new, task_page
from cases.views.templates import template_new, template_page, templates_page
from cases.views.told import told_page
from cases.views.uploads import upload_begin, upload_part
from cases.views.worklist import worklist_page


class ReferenceConverter(StringConverter):
    """BE-BOG-2026-00042."""

    regex = REFERENCE.pattern


register_converter(ReferenceConverter, "reference")

urlpatterns = [
    path("", worklist_page, name="worklist"),
    path("dossiers/", dossiers_page, name="dossiers"),
    path("dossiers/new", dossier_new, name="dossier_new"),
    path("d/<reference:reference>/", dossier_page, name="dossier"),
    path("d/<reference:reference>/change", dossier_change, name="dossier_change"),
    path("d/<reference:reference>/status", dossier_status, name="dossier_status"),
    path("d/<reference:reference>/entries", entry_add, name="entry_add"),
    path("d/<reference:reference>/entries/<uuid:entry>", entry_page, name="entry"),
    path(
        "d/<reference:reference>/entries/<uuid:entry>/correct", entry_correct, name="entry_correct"
    ),
    path(
        "d/<reference:reference>/entries/<uuid:entry>/translate",
        entry_translate,
        name="entry_translate",
    ),
    path("d/<reference:reference>/draft", draft, name="draft"),
    path("d/<reference:reference>/mail", mail_page, name="mail"),
    path("d/<reference:reference>/hand-over", hand_over_page, name="hand_over"),
    path("d/<reference:reference>/take", dossier_take, name="dossier_take"),
    path("d/<reference:reference>/re-assign", dossier_reassign, name="dossier_reassign"),
    path("d/<reference:reference>/deadlines", deadlines_page, name="deadlines"),
    path("d/<reference:reference>/deadlines/<uuid:clock>", deadline_page, name="deadline"),
    path("d/<reference:reference>/access", who_can_see_page, name="who_can_see"),
    path("d/<reference:reference>/told", told_page, name="told"),
    path("d/<reference:reference>/parties/", parties_page, name="parties"),
    path("d/<reference:reference>/parties/add", party_add, name="party_add"),
    path("d/<reference:reference>/parties/<uuid:party>/", party_page, name="party"),
    path(
        "d/<reference:reference>/parties/<uuid:party>/correct", party_correct, name="party_correct"
    ),
    path("d/<reference:reference>/documents", documents_page, name="documents"),
    path("d/<reference:reference>/uploads", upload_begin, name="upload_begin"),
    path("documents/<uuid:document>/", document_page, name="document"),
    path("documents/<uuid:document>/withdraw", document_withdraw, name="document_withdraw"),
    path("files/<uuid:version>", document_file, name="document_file"),
    path("d/<reference:reference>/exports", exports_page, name="exports"),
    path("exports/<uuid:export>/", export_page, name="export"),
    path("exports/<uuid:export>/file", export_file, name="export_file"),
    path("uploads/<uuid:upload>/", upload_part, name="upload"),
    path("d/<reference:reference>/tasks/new", task_new, name="task_new"),
    path("d/<reference:reference>/tasks/<uuid:task>/", task_page, name="task"),
    path("d/<reference:reference>/links/", links_page, name="links"),
    path("d/<reference:reference>/links/<uuid:link>/", link_page, name="link"),
    path("handovers/", handovers_page, name="handovers"),
    path("handovers/<uuid:handover>/", handover_page, name="handover"),
    path("handovers/<uuid:handover>/note", handover_note, name="handover_note"),
    path("rotations/", rotations_page, name="rotations"),
    path("rotations/new", rotation_new, name="rotation_new"),
    path("rotations/<uuid:rotation>/", rotation_page, name="rotation"),
    path(
        "rotations/<uuid:rotation>/certificate", rotation_certificate, name="rotation_certificate"
    ),
    path("mandates/<uuid:mandate>/", mandate_page, name="mandate"),
    path("absences/", absences_page, name="absences"),
    path("absences/stand-ins/<uuid:standin>/", standin_page, name="standin"),
    path("duty/", duty_page, name="duty"),
    path("projects/", projects_page, name="projects"),
    path("projects/new", project_new, name="project_new"),
    path("projects/<uuid:project>/", project_page, name="project"),
    path("templates/", templates_page, name="templates"),
    path("templates/new", template_new, name="template_new"),
    path("templates/<uuid:template>/", template_page, name="template"),
    path("views/", saved_views_page, name="saved_views"),
    path("views/<uuid:saved_view>/", saved_view_page, name="saved_view"),
    path("contacts/", contacts_page, name="contacts"),
    path("contacts/new", contact_new, name="contact_new"),
    path("contacts/hand-over", contacts_hand_over, name="contacts_hand_over"),
    path("contacts/<uuid:contact>/", contact_page, name="contact"),
    path("contacts/<uuid:contact>/change", contact_change, name="contact_change"),
    path("search", search_page, name="search"),
    path("known", known_page, name="known"),
    path("help/", help_page, name="help"),
]
