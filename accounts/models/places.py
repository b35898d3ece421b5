"""Where people sit: the three countries, their headquarters, the desks, the national groups."""

from django.contrib.auth.models import Group
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _


class Country(models.TextChoices):
    """The three countries whose data are kept apart."""

    BE = "BE", _("Belgium")
    NL = "NL", _("the Netherlands")
    LU = "LU", _("Luxembourg")


class Headquarters(models.Model):
    """National headquarters of a country: CGI (BE), LIRC (NL), DRI (LU); domain.md 1.5 to 1.7."""

    country = models.CharField(max_length=2, choices=Country.choices, primary_key=True)
    short_name = models.CharField(max_length=20)
    city = models.CharField(max_length=60)
    zone_city = models.CharField(max_length=60)  # whose time the country's people call home time
    time_zone = models.CharField(max_length=40)
    phone = models.CharField(max_length=30)

    def __str__(self) -> str:
        return f"{self.short_name}, {self.city_name}"

    @property
    def city_name(self) -> str:
        """The city in the reader's language."""
        return gettext(self.city)

    @property
    def home_name(self) -> str:
        """The city whose time is home time, in the reader's language."""
        return gettext(self.zone_city)


# Cities of the table above that have a name of their own in our languages.
CITIES = (gettext_noop("Brussels"), gettext_noop("The Hague"), gettext_noop("Luxembourg"))


class Desk(models.Model):
    """A joint desk in an embassy; one desk serves several accredited countries."""

    code = models.CharField(max_length=3, unique=True)
    city = models.CharField(max_length=60)
    host_country = models.CharField(max_length=2)  # ISO 3166-1 alpha-2
    embassy_of = models.CharField(max_length=2, choices=Country.choices)
    accredited_countries = ArrayField(models.CharField(max_length=2))
    time_zone = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.city


class NationalGroup(models.Model):
    """Headquarters of a country, or the team of a country at a desk, as a holder of grants.

    Nobody is put in by hand: members are the people whose posting there is valid now.
    """

    group = models.OneToOneField(Group, on_delete=models.PROTECT, primary_key=True)
    country = models.CharField(max_length=2, choices=Country.choices)
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["country", "desk"], name="one_team_a_desk", nulls_distinct=False
            ),
            models.UniqueConstraint(fields=["group", "country"], name="group_with_its_country"),
        ]

    def __str__(self) -> str:
        return self.group.name

    @property
    def is_headquarters(self) -> bool:
        """Whether this is a country's headquarters, not a team at a desk."""
        return self.desk_id is None
