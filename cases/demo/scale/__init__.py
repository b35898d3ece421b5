"""A network of any size, drawn from a seed: for measuring, never for a desk."""

from datetime import datetime

from django.db import transaction

from cases.demo.scale import fill, places
from cases.demo.scale.draw import draw

SUMMARY = fill.SUMMARY
FEWEST = 100  # below that the shares of the desks are nobody's


def make(count: int, *, seed: int, until: datetime) -> None:
    """Add so many dossiers to an empty demo, the same ones for the same seed and moment.

    Raises ValueError for fewer than a hundred: the smallest desks would have none.
    """
    if count < FEWEST:
        raise ValueError(f"at least {FEWEST} dossiers")
    with transaction.atomic():
        teams = places.make()
        fill.load(draw(teams, count, seed=seed, until=until))
        fill.expand(until)
    fill.settle()
