"""What everybody may know without signing in: whom to call."""

from accounts.models import Headquarters
from lodesk.ui.shapes import Fact


def contacts() -> list[Fact]:
    """The telephone of each headquarters, in order of country code."""
    return [
        Fact(f"{each.country}, {each.short_name} {each.city_name}", each.phone)
        for each in Headquarters.objects.order_by("country")
    ]
