"""Files at rest and what they are: keys, sealing, the store, and looking into content.

Knows no dossier and no person: `cases/services/uploads.py` and `documents.py` say whose a file is.
"""
