"""The app that looks, before anything starts, whether documents can be kept at all."""

from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register

from lodesk.files import keys


class FilesConfig(AppConfig):
    """No tables: files lie in the storage `documents`, what is said of them in `cases`."""

    name = "lodesk.files"

    def ready(self) -> None:
        """Have `manage.py check --deploy` ask for the keys."""
        register(every_country_has_a_key, Tags.security, deploy=True)


def every_country_has_a_key(*_args: Any, **_options: Any) -> list[CheckMessage]:
    """Without its key a country's documents can neither be added nor read."""
    try:
        missing = [country for country in keys.COUNTRIES if not keys.keyring().names(country)]
    except keys.KeyProblemError as problem:
        return [Error(str(problem), id="lodesk.E001")]
    words = "LODESK_DOCUMENT_KEYS has no key of {}: its documents cannot be kept."
    return [Error(words.format(country), id="lodesk.E002") for country in missing]
