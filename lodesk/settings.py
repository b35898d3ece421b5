"""Settings: one file, typed from the environment. docs/operations.md lists every variable."""

from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from environs import Env

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()

# What kind of run this is.
DEBUG = env.bool("LODESK_DEBUG", default=False)
DEMO = env.bool("LODESK_DEMO", default=False)  # the sign-in page lists the demo people
SECRET_KEY = env.str("LODESK_SECRET_KEY")
ALLOWED_HOSTS = env.list("LODESK_HOSTS", default=["127.0.0.1", "localhost"])
BASE_URL = env.str("LODESK_BASE_URL", default="http://127.0.0.1:8000")  # the links in mail
HTTPS = BASE_URL.startswith("https://")

INSTALLED_APPS = [
    "lodesk.ui",
    "lodesk.border",
    "lodesk.files",
    "accounts",
    "lodesk.audit",
    "lodesk.alerts",
    "cases",
    "allauth",
    "allauth.account",
    "guardian",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "template_partials",
    "django_countries",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "lodesk.border.middleware.ActingMiddleware",
    "accounts.middleware.PreferencesMiddleware",
    "lodesk.audit.middleware.RefusalsMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "lodesk.urls"
WSGI_APPLICATION = "lodesk.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "cases.frame.frame",
            ],
            "builtins": ["lodesk.ui.templatetags.lodesk_ui"],
        },
    }
]

# The database. The application logs in as lodesk_app, which owns nothing and bypasses nothing;
# only set-up (migrate, demo data, tests) logs in as the owner.
AS_OWNER = env.bool("LODESK_AS_OWNER", default=False)
DATABASES = {
    "default": env.dj_db_url("LODESK_OWNER_DATABASE_URL" if AS_OWNER else "DATABASE_URL")
    | {
        "ATOMIC_REQUESTS": True,
        "CONN_MAX_AGE": env.int("LODESK_CONNECTION_SECONDS", default=600),
        "CONN_HEALTH_CHECKS": True,
    }
}
# With threads in the web server: connections are shared from a pool of this size, none is kept.
# Who acts is set for each transaction, so a connection carries nobody to its next borrower.
POOL = env.int("LODESK_POOL", default=0)
if POOL and env.bool("LODESK_WEB", default=False):
    DATABASES["default"] |= {
        "CONN_MAX_AGE": 0,
        "OPTIONS": {"pool": {"min_size": 1, "max_size": POOL, "timeout": 10}},
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Redis only wakes the worker: losing it loses nothing (product.md section 5).
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1).replace(
    "?db=",
    "?virtual_host=",  # Celery's word for the number of the database over a socket
)
CELERY_TIMEZONE = "UTC"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 5}
CELERY_TASK_PUBLISH_RETRY = False  # the sweep finds what a lost wake-up left behind
# Every entry expires before its next turn: a worker that was away does not run it a hundred times.
CELERY_BEAT_SCHEDULE = {
    "send due alerts": {
        "task": "lodesk.alerts.tasks.send_due",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "seal the log": {
        "task": "lodesk.audit.tasks.seal",
        "schedule": 1.0,
        "options": {"expires": 1},
    },
    "forget uploads nobody finished": {
        "task": "cases.tasks.forget_uploads",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "make prints and packages": {
        "task": "cases.tasks.make_exports",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "forget prints and packages of yesterday": {
        "task": "cases.tasks.forget_exports",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "tidy up what has ended": {
        "task": "cases.tasks.tidy_up",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "remind of what is due": {
        "task": "cases.tasks.remind",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "tell of postings that end": {
        "task": "cases.tasks.tell_of_leaving",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "remind of offers": {
        "task": "cases.tasks.remind_of_offers",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "remind of tasks": {
        "task": "cases.tasks.remind_of_tasks",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "forget old sessions": {
        "task": "lodesk.border.tasks.forget_sessions",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
}

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
    }
}

# Mail: alerts without case content.
_mail = env.dj_email_url("EMAIL_URL", default="smtp://127.0.0.1:8001")
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = _mail["EMAIL_HOST"]
EMAIL_PORT = _mail["EMAIL_PORT"]
EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = env.str("LODESK_MAIL_FROM", default="LO Desk <alerts@lodesk.example>")

# Sign-in: allauth, no self-registration, rate limits, argon2.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.EmailBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "worklist"
ACCOUNT_ADAPTER = "accounts.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
ACCOUNT_PREVENT_ENUMERATION = True
# Proxies in front, whose X-Forwarded-For says where a person comes from (log and rate limits).
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("LODESK_PROXIES", default=0)

SESSION_ENGINE = "lodesk.border.sessions"
SESSION_COOKIE_AGE = 30 * 60  # seconds without activity
SESSION_SAVE_EVERY_REQUEST = True
SESSION_COOKIE_NAME = "lodesk_session"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = False
CSRF_TRUSTED_ORIGINS = [BASE_URL]
CSRF_FAILURE_VIEW = "lodesk.ui.pages.out_of_date"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# guardian: direct foreign keys only, no anonymous row, no prefetch (house.md section 2, trap 11).
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_MONKEY_PATCH_GROUP = False
# guardian's backend is left out on purpose: only cases/policy.py asks.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]

# Languages and time. Times are stored in UTC; pages show the reader's zone and the desk's.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("nl", "Nederlands"), ("fr", "Français"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "lodesk_language"
LANGUAGE_COOKIE_SECURE = HTTPS
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = env.path("LODESK_STATIC_ROOT", default=BASE_DIR / "var" / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": env.str(
            "LODESK_STATIC_STORAGE",
            default="lodesk.ui.storage.BundledManifestStaticFilesStorage",
        )
    },
}
WHITENOISE_MAX_AGE = 3600

# Documents: sealed files, by default in a private folder; docs/operations.md has the S3 setting.
DOCUMENT_ROOT = env.path("LODESK_DOCUMENT_ROOT", default=BASE_DIR / "var" / "documents")
DOCUMENT_STORAGE = env.str("LODESK_DOCUMENT_STORAGE", default="")
_in_a_folder = {
    "location": str(DOCUMENT_ROOT),
    "file_permissions_mode": 0o600,
    "directory_permissions_mode": 0o700,
}
STORAGES["documents"] = {
    "BACKEND": DOCUMENT_STORAGE or "django.core.files.storage.FileSystemStorage",
    "OPTIONS": env.json("LODESK_DOCUMENT_STORAGE_OPTIONS", default={})
    if DOCUMENT_STORAGE
    else _in_a_folder,
}
# The keys of the countries: words COUNTRY:N:BASE64, of each country the last one wraps.
_key_file = env.path("LODESK_DOCUMENT_KEYS_FILE", default=None)
DOCUMENT_KEYS = _key_file.read_text() if _key_file else env.str("LODESK_DOCUMENT_KEYS", default="")
DOCUMENT_LARGEST = env.int("LODESK_DOCUMENT_LARGEST_MB", default=200) * 1_000_000
DOSSIER_LARGEST = env.int("LODESK_DOSSIER_LARGEST_MB", default=4_000) * 1_000_000
# What somebody sends without JavaScript is sealed as it comes in: never in clear on a disk.
FILE_UPLOAD_HANDLERS = ["lodesk.files.incoming.SealingUploadHandler"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LODESK_LOG_LEVEL", default="WARNING")},
    "loggers": {"lodesk": {"level": "INFO"}},
}

SITE_NAME = _("LO Desk")
