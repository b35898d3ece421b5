"""The joint directory: what everybody with a posting may know of everybody else's."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models.people import Person
from accounts.models.places import Country, Desk, NationalGroup
from accounts.models.postings import Role


class DirectoryEntry(models.Model):
    """A posting valid now, as the other countries may know it (product.md section 2, number 7).

    Backed by the view `accounts_directory`: name, desk, role, present or absent, certificates.
    No dates, no load.
    """

    posting = models.IntegerField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.DO_NOTHING, related_name="directory")
    country = models.CharField(max_length=2, choices=Country.choices)
    role = models.CharField(max_length=24, choices=Role.choices)
    desk = models.ForeignKey(Desk, on_delete=models.DO_NOTHING, null=True)
    group = models.ForeignKey(NationalGroup, on_delete=models.DO_NOTHING, null=True)
    absent = models.BooleanField()
    certified_for = ArrayField(models.CharField(max_length=2))

    class Meta:
        managed = False
        db_table = "accounts_directory"

    def __str__(self) -> str:
        return f"{self.person} {self.role}"
