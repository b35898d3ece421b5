"""Link a dossier to another, and remove the link."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import policy
from cases.forms.fields import text_area
from cases.forms.markings import unclassified
from cases.models import Dossier
from cases.models.links import LinkKind

if TYPE_CHECKING:
    from accounts.models import User


class LinkForm(forms.Form):
    """To which dossier, and what they have to do with each other."""

    kind = forms.ChoiceField(
        label=gettext_lazy("This dossier"),
        choices=[
            (LinkKind.SAME_CONTAINER.value, gettext_lazy("is about the same container as")),
            (LinkKind.SAME_PERSON.value, gettext_lazy("is about the same person as")),
            (LinkKind.FOLLOW_UP_OF.value, gettext_lazy("is a follow-up of")),
            (LinkKind.ANSWER_TO.value, gettext_lazy("is an answer to")),
            (LinkKind.RELATED.value, gettext_lazy("is related to")),
        ],
    )
    target = forms.CharField(
        label=gettext_lazy("Reference of the other dossier"),
        max_length=30,
        help_text=gettext_lazy("Owner, desk, year and number. You must be able to add to both."),
    )

    def __init__(self, *args: Any, source: Dossier, user: "User", **kwargs: Any) -> None:
        """`source`: the dossier that is linked; only what `user` may see can be named."""
        super().__init__(*args, **kwargs)
        self._source, self._user = source, user

    def clean_target(self) -> Dossier:
        """Find the dossier; what is out of sight is not there."""
        reference = self.cleaned_data["target"].strip().upper()
        found: Dossier | None = (
            Dossier.objects.visible_to(self._user).filter(reference=reference).first()
        )
        if found is None:
            raise ValidationError(_("There is no dossier of this reference that you may see."))
        if found.pk == self._source.pk:
            raise ValidationError(_("This is the dossier itself: name another one."))
        decision = policy.may_link(self._user, self._source, found)
        if not decision:
            raise ValidationError(decision.reason)
        return found


class UnlinkForm(forms.Form):
    """Why a link is removed."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=text_area(2),
        help_text=gettext_lazy("Who may see both dossiers reads this."),
        validators=[unclassified],
    )
