"""Links between two dossiers: there for who may see both ends, and for nobody else."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from cases import policy
from cases.models.checks import one_of
from cases.models.dossiers import Dossier
from cases.models.kept import NOT_ENDED, Kept, kept

if TYPE_CHECKING:
    from accounts.models import User


class LinkKind(models.TextChoices):
    """What two dossiers have to do with each other, said from the one it was made at."""

    SAME_CONTAINER = "same_container", _("same container")
    SAME_PERSON = "same_person", _("same person")
    FOLLOW_UP_OF = "follow_up_of", _("follow-up of")
    ANSWER_TO = "answer_to", _("answer to")
    RELATED = "related", _("related")


# The same, said from the other end.
SEEN_FROM_THE_TARGET = {
    LinkKind.FOLLOW_UP_OF: _("has as follow-up"),
    LinkKind.ANSWER_TO: _("is answered by"),
}


class LinkQuerySet(models.QuerySet["Link"]):
    """Links as a person may see them."""

    def visible_to(self, user: "User") -> "LinkQuerySet":
        """Only those of which the person may see both ends now."""
        return policy.with_both_ends(self, Dossier.objects.visible_to(user))

    def of(self, dossier: Dossier) -> "LinkQuerySet":
        """Links that begin or end at a dossier."""
        return self.filter(Q(source=dossier.pk) | Q(target=dossier.pk))


class Link(Kept):
    """A link, made at its source by somebody who may contribute to both."""

    source = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=20, choices=LinkKind.choices)

    objects = LinkQuerySet.as_manager()

    class Meta:
        constraints = [
            *kept("link"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="link_of_two_dossiers"),
            one_of("kind", LinkKind.values, name="link_kind"),
            models.UniqueConstraint(
                Least("source", "target"),
                Greatest("source", "target"),
                "kind",
                condition=NOT_ENDED,
                name="link_of_a_kind_once",
            ),
        ]
