"""The rail says where one is: every page of the cases lights one of its items."""

import pytest
from django.urls import URLPattern

from cases.frame import PAGES
from cases.urls import urlpatterns
from tests.test_access import rows

# Answers that are no page of their own: files, parts of a page, lists for a field.
PARTS = {"known", "upload", "document_file", "export_file", "handover_note"}
# A page only when its form comes back, and one of the head of desk, who is not in the matrix.
OTHERWISE = {"entry_add", "dossier_reassign"}


@pytest.mark.parametrize("pattern", urlpatterns, ids=lambda each: str(each.name))
def test_every_page_has_its_item(pattern: URLPattern) -> None:
    shown = rows()[str(pattern.name), "get"].values()
    is_page = 200 in shown and pattern.name not in PARTS
    assert (pattern.name in PAGES) == is_page or pattern.name in OTHERWISE
