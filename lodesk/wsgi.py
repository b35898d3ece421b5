"""The entry of the web server. It does not start under a login that sees past the border."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lodesk.settings")
os.environ["LODESK_WEB"] = "1"  # a pool of connections is for threads; the worker forks

application = get_wsgi_application()

from lodesk.alerts.checks import refuse_mail_in_clear  # noqa: E402  (needs Django set up)
from lodesk.border.start import refuse_unsafe_start  # noqa: E402  (as above)

refuse_unsafe_start()
refuse_mail_in_clear()
