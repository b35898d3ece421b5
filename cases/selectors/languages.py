"""Languages people write in, named in the reader's language by Django's own catalogues."""

from django.utils.translation import get_language_info

CODES = ("en", "nl", "fr", "de", "es", "pt", "it", "sq", "ar", "tr", "ru")


def name(code: str) -> str:
    """ "Dutch", in the reader's language."""
    return str(get_language_info(code)["name_translated"]) if code in CODES else code


def choices() -> list[tuple[str, str]]:
    """Codes and names, in the order of use at the desks."""
    return [(code, name(code)) for code in CODES]
