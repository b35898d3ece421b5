"""What the tests of single conditions begin with."""

import pytest

from cases.models import Dossier
from tests.factories import Cast, DossierFactory


@pytest.fixture
def dossier(cast: Cast) -> Dossier:
    """A Belgian dossier that the Belgian officer handles at Bogotá."""
    return DossierFactory(handler=cast.belgian_officer)
