"""Make a project, name people in it, put dossiers in."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import policy
from cases.forms.dossiers import offer
from cases.forms.markings import unclassified
from cases.models import Dossier

if TYPE_CHECKING:
    from accounts.models import User

Choices = list[tuple[str, str]]


class ProjectForm(forms.Form):
    """The name of an operation and who takes part."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy("Its members read it: people of every country you name below."),
        validators=[unclassified],
    )
    people = forms.MultipleChoiceField(
        label=gettext_lazy("People"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("You are one of them. Nobody gets access to a dossier by it."),
    )

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        """`people`: everybody of the joint directory, by country."""
        super().__init__(*args, **kwargs)
        offer(self, "people", people)


class RenameForm(forms.Form):
    """Another name of the operation."""

    prefix = "rename"

    name = forms.CharField(
        label=gettext_lazy("Another name"), max_length=80, validators=[unclassified]
    )


class EndForm(forms.Form):
    """That the operation is over."""

    prefix = "end"

    reason = forms.CharField(
        label=gettext_lazy("How it ended"),
        max_length=300,
        required=False,
        validators=[unclassified],
        help_text=gettext_lazy("Its members read it. Neither people nor dossiers are added then."),
    )


class NameForm(forms.Form):
    """Whom to name in a project."""

    prefix = "name"

    person = forms.ChoiceField(
        label=gettext_lazy("Name a person"),
        help_text=gettext_lazy("He or she will see the name of the project and its members."),
    )

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        """`people`: everybody of the joint directory who is not a member, by country."""
        super().__init__(*args, **kwargs)
        offer(self, "person", [("", gettext_lazy("Choose one")), *people])


class PutInForm(forms.Form):
    """Which dossier to put in."""

    prefix = "put"

    dossier = forms.CharField(
        label=gettext_lazy("Put in a dossier"),
        max_length=30,
        help_text=gettext_lazy("Its reference. Members see it only if they may see it anyway."),
    )

    def __init__(self, *args: Any, user: "User", **kwargs: Any) -> None:
        """Only what `user` may see can be named."""
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_dossier(self) -> Dossier:
        """Find the dossier; what is out of sight is not there."""
        reference = self.cleaned_data["dossier"].strip().upper()
        found: Dossier | None = (
            Dossier.objects.visible_to(self._user).filter(reference=reference).first()
        )
        if found is None:
            raise ValidationError(_("There is no dossier of this reference that you may see."))
        decision = policy.may_put_in(self._user, found)
        if not decision:
            raise ValidationError(decision.reason)
        return found
