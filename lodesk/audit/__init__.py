"""The log room: append-only, hash-chained, one chain per owner country (product.md section 7).

    from lodesk import audit

    audit.log(by=person.pk, action="dossier.viewed", chain="BE", ...)

The room knows neither people nor dossiers: a person is a number, a target a kind and a uuid.
"""

from lodesk.audit.services import OPERATIONS, OWN_CHAIN, anchor, log, seal, without_references

__all__ = ["OPERATIONS", "OWN_CHAIN", "anchor", "log", "seal", "without_references"]
