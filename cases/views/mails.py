"""Make an entry of a mail, attachments included, in one act."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from cases import policy
from cases.forms.mails import MailForm
from cases.selectors import heads
from cases.services import mails
from cases.services.mails import Filed
from cases.states import Step
from cases.views.asking import dossier_of, user_of


@require_http_methods(["GET", "HEAD", "POST"])
def mail_page(request: HttpRequest, reference: str) -> HttpResponse:
    """The form, and the entry it becomes."""
    dossier, user = dossier_of(request, reference), user_of(request)
    policy.require(user, Step.CONTRIBUTE, dossier)
    initial = {"language": user.language, "handling_codes": dossier.handling_codes}
    form = MailForm(request.POST or None, request.FILES or None, initial=initial)
    if form.is_valid():
        filed = mails.file_mail(
            dossier=dossier, by=user, said=form.entry(), attachments=form.mail.attachments
        )
        _say(request, filed)
        return redirect(f"{reverse('dossier', args=[reference])}#entry-{filed.entry.pk}")
    return render(request, "cases/mail.html", {
        "head": heads.head(dossier),
        "form": form,
        "back_url": reverse("dossier", args=[reference]),
    })  # fmt: skip


def _say(request: HttpRequest, filed: Filed) -> None:
    count = len(filed.documents)
    if count:
        words = ngettext("%(count)d attachment kept.", "%(count)d attachments kept.", count)
        messages.info(request, words % {"count": count})
    for each in filed.not_taken:
        values = {"name": each.name, "why": each.refusal.sentence}
        messages.warning(request, _("Not kept: %(name)s. %(why)s") % values)
