"""Every page of the product with somebody who may open it, on the demo's data."""

from dataclasses import dataclass

from tests.e2e.site import Site


@dataclass(frozen=True)
class Place:
    """A page, and whom to ask for it; `name` is the URL's name in lodesk.urls."""

    name: str
    path: str
    person: str


def places(site: Site) -> list[Place]:
    """All pages a signed-in person can open with GET."""
    ((bananas,),) = site.sql("SELECT reference FROM cases_dossier WHERE title LIKE 'Cocaine in%%'")
    ((seals, seals_mandate),) = site.sql(
        "SELECT d.reference, m.id FROM cases_mandate m JOIN cases_dossier d ON d.id = m.dossier_id"
        " WHERE m.state = 'asked' AND d.title LIKE 'Koelcontainers%%'"
    )
    ((offer,),) = site.sql(
        "SELECT h.id FROM cases_handover h JOIN cases_dossier d ON d.id = h.dossier_id"
        " WHERE h.state = 'offered' AND d.owner = 'NL'"
    )
    ((party,),) = site.sql(
        "SELECT origin_id FROM cases_party WHERE current AND name LIKE 'Frutas%%'"
    )
    ((document,),) = site.sql(
        "SELECT m.id FROM cases_document m JOIN cases_documentversion v ON v.document_id = m.id"
        " JOIN cases_dossier d ON d.id = m.dossier_id"
        " WHERE d.title LIKE 'Cocaine in%%' AND v.number = 2"
    )
    ((entry,),) = site.sql(
        "SELECT t.entry_id FROM cases_translation t JOIN cases_entry e ON e.id = t.entry_id"
        " JOIN cases_dossier d ON d.id = e.dossier_id WHERE d.title LIKE 'Cocaine in%%'"
    )
    ((task,),) = site.sql("SELECT id FROM cases_task WHERE title LIKE 'Translate%%'")
    ((link,),) = site.sql("SELECT id FROM cases_link WHERE kind = 'same_container'")
    ((project,),) = site.sql("SELECT id FROM cases_project")
    ((template,),) = site.sql(
        "SELECT id FROM cases_template WHERE owner = 'BE' AND kind = 'seizure'"
    )
    ((view,),) = site.sql("SELECT id FROM cases_savedview WHERE name LIKE 'Urgent%%'")
    (quito, xray) = (
        reference
        for (reference,) in site.sql(
            "SELECT reference FROM cases_dossier d JOIN accounts_desk k ON k.id = d.desk_id"
            " WHERE k.code = 'BOG' AND (d.owner = 'NL' AND d.handler_id IS NULL"
            " OR d.handler_id = (SELECT person_ptr_id FROM accounts_user"
            " WHERE email LIKE 'be-lo2-bog@%%')) ORDER BY d.owner"
        )
    )
    ((rotation,),) = site.sql("SELECT id FROM cases_rotation WHERE state = 'planned'")
    ((standin,),) = site.sql("SELECT id FROM cases_standin")
    ((contact,),) = site.sql(
        "SELECT origin_id FROM cases_contact WHERE current AND name LIKE 'Capt.%%'"
    )
    dutch, belgian = "nl-lo-bog", "be-lo-bog"
    ready, busy = _exports(site, bananas)
    return [
        Place("worklist", "/", dutch),
        Place("worklist", "/", "be-coordinator"),
        Place("dossiers", "/dossiers/", dutch),
        Place("dossiers", "/dossiers/?status=any&kind=fugitive&q=port", dutch),
        Place("dossiers", f"/dossiers/?status=any&view={view}", dutch),
        Place("saved_views", "/views/", dutch),
        Place("saved_view", f"/views/{view}/", dutch),
        Place("dossiers", "/dossiers/?kind=x&q=ab", dutch),
        Place("dossier", f"/d/{bananas}/", dutch),
        Place("dossier", f"/d/{seals}/", belgian),
        Place("dossier_new", "/dossiers/new", belgian),
        Place("dossier_change", f"/d/{bananas}/change", dutch),
        Place("dossier_status", f"/d/{bananas}/status", dutch),
        Place("entry", f"/d/{bananas}/entries/{entry}", dutch),
        Place("entry_correct", f"/d/{bananas}/entries/{entry}/correct", dutch),
        Place("entry_translate", f"/d/{bananas}/entries/{entry}/translate", dutch),
        Place("mail", f"/d/{bananas}/mail", dutch),
        Place("documents", f"/d/{bananas}/documents", dutch),
        Place("document", f"/documents/{document}/", dutch),
        Place("document_withdraw", f"/documents/{document}/withdraw", dutch),
        Place("exports", f"/d/{bananas}/exports", dutch),
        Place("export", f"/exports/{ready}/", dutch),
        Place("export", f"/exports/{busy}/", dutch),
        Place("hand_over", f"/d/{bananas}/hand-over", dutch),
        Place("dossier", f"/d/{xray}/", dutch),
        Place("dossiers", "/dossiers/?handler=nobody", dutch),
        Place("dossier_reassign", f"/d/{quito}/re-assign", "be-head-bog"),
        Place("who_can_see", f"/d/{bananas}/access", dutch),
        Place("told", f"/d/{bananas}/told", dutch),
        Place("told", f"/d/{seals}/told", belgian),
        Place("parties", f"/d/{bananas}/parties/", dutch),
        Place("party_add", f"/d/{bananas}/parties/add?sort=person:suspect", dutch),
        Place("party", f"/d/{bananas}/parties/{party}/", dutch),
        Place("party_correct", f"/d/{bananas}/parties/{party}/correct", dutch),
        Place("known", "/known?name=Frutas", dutch),
        Place("task_new", f"/d/{bananas}/tasks/new", dutch),
        Place("task", f"/d/{bananas}/tasks/{task}/", dutch),
        Place("links", f"/d/{bananas}/links/", dutch),
        Place("link", f"/d/{bananas}/links/{link}/", dutch),
        Place("projects", "/projects/", dutch),
        Place("project_new", "/projects/new", "be-head-bog"),
        Place("project", f"/projects/{project}/", "be-head-bog"),
        Place("templates", "/templates/", "be-coordinator"),
        Place("template_new", "/templates/new", "be-coordinator"),
        Place("template", f"/templates/{template}/", "be-coordinator"),
        Place("contacts", "/contacts/", dutch),
        Place("contacts", "/contacts/?q=zzz&kind=customs", dutch),
        Place("contact_new", "/contacts/new", dutch),
        Place("contact", f"/contacts/{contact}/", dutch),
        Place("contact_change", f"/contacts/{contact}/change", dutch),
        Place("contacts_hand_over", "/contacts/hand-over", dutch),
        Place("handovers", "/handovers/", dutch),
        Place("absences", "/absences/", "nl-head-bog"),
        Place("standin", f"/absences/stand-ins/{standin}/", "nl-lo2-bog"),
        Place("handover", f"/handovers/{offer}/", "nl-lo2-bog"),
        Place("rotations", "/rotations/", belgian),
        Place("rotation_new", "/rotations/new", "be-head-bog"),
        Place("rotation", f"/rotations/{rotation}/", belgian),
        Place("rotation", f"/rotations/{rotation}/", "be-hq"),
        Place("rotation_certificate", f"/rotations/{_done(site)}/certificate", belgian),
        Place("mandate", f"/mandates/{seals_mandate}/", "be-coordinator"),
        Place("duty", "/duty/", "be-coordinator"),
        Place("duty", "/duty/", dutch),
        Place("inbox", "/alerts/", belgian),
        Place("mail_failures", "/alerts/failed", "be-people"),
        Place("search", "/search?q=container", dutch),
        Place("log", "/log/", "be-auditor"),
        Place("help", "/help/", dutch),
        Place("profile", "/me/", dutch),
        Place("mail_preferences", "/me/mail", dutch),
        Place("account_logout", "/sign-out/", dutch),
        Place("404", "/d/BE-BOG-2020-00001/", dutch),
        Place("403", "/log/", dutch),
    ]


def _exports(site: Site, reference: str) -> tuple[str, str]:
    """A package that is ready and one that is being made; their files are not asked for."""
    rows = {
        "ready": ("00000000-0000-4000-8000-00000000e001", 4_200_000, "a" * 64, 5),
        "working": ("00000000-0000-4000-8000-00000000e002", 0, "", 2),
    }
    for state, (key, size, digest, done) in rows.items():
        site.sql(
            "INSERT INTO cases_export (id, dossier_id, person_id, form, use, reason, consent,"
            " language, state, done, steps, tries, file, key_name, wrapped_key, size, sha256, at,"
            " touched_at)"
            f" SELECT '{key}', d.id, u.person_ptr_id, 'package', 'work', 'For the file.', '', 'en',"
            f" '{state}', {done}, 5, 1, '{key}', 'BE:1', '', {size}, '{digest}', now(), now()"
            " FROM cases_dossier d, accounts_user u"
            f" WHERE d.reference = '{reference}' AND u.email LIKE 'nl-lo-bog@%%'"
            " ON CONFLICT DO NOTHING RETURNING id"
        )
    ready, busy = (key for key, *_rest in rows.values())
    return ready, busy


def _done(site: Site) -> str:
    """A rotation that is done: of the same officer, at a desk where he no longer works."""
    key = "00000000-0000-4000-8000-00000000f001"
    site.sql(
        "INSERT INTO cases_rotation (id, leaver_id, country, desk_id, begun_by_id, begun_at, state,"
        f" ended_at) SELECT '{key}', leaver_id, country, k.id, begun_by_id, now(), 'done', now()"
        " FROM cases_rotation, accounts_desk k WHERE k.code = 'TIA' AND state = 'planned'"
        " ON CONFLICT DO NOTHING RETURNING id"
    )
    return key
