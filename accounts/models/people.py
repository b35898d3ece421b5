"""People: what the three countries know of one another, and what only oneself may read."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.places import Country


class Person(models.Model):
    """The joint part of a person: name and country (product.md section 2, number 7)."""

    id = models.AutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=80)
    country = models.CharField(max_length=2, choices=Country.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "country"], name="person_with_own_country"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.country})"


class Service(models.TextChoices):
    """The service a person belongs to; the Netherlands post two (domain.md 1.6)."""

    FEDERAL_POLICE = "federal_police", _("Federal Police")
    NATIONAL_POLICE = "national_police", _("National Police")
    MARECHAUSSEE = "marechaussee", _("Royal Marechaussee")
    GRAND_DUCAL_POLICE = "grand_ducal_police", _("Grand-Ducal Police")


class UserManager(BaseUserManager["User"]):
    """Finds accounts by their e-mail address."""

    def create_user(self, *, email: str, password: str, **fields: Any) -> "User":
        """Add an account; called by set-up and tests, which run as the owner."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(Person, AbstractBaseUser):
    """The account of a person. Under the border everybody reads only the own row.

    There are no superusers and no group memberships to edit: the columns do not exist.
    """

    email = models.EmailField(unique=True)
    service = models.CharField(max_length=20, choices=Service.choices)
    language = models.CharField(max_length=2, default="en")
    time_zone = models.CharField(max_length=40, blank=True)  # empty: that of the posting
    is_active = models.BooleanField(default=True)

    last_login = None  # sign-ins are in the log
    is_superuser: ClassVar[bool] = False
    is_staff: ClassVar[bool] = False

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()
