"""Settings. Everything that differs between places comes from the environment or from the home folder.

GONGZHI_HOME         folder for all that a run makes (default ./var): database, lake, originals, keys
GONGZHI_DEFINITIONS  folder of definitions (default: the one beside the code)
GONGZHI_DATABASE     empty for SQLite in the home, or postgresql://user:password@host:port/name
GONGZHI_HOSTS        comma-separated host names that may be served (default: this machine only)
GONGZHI_PROXIES      comma-separated addresses of reverse proxies whose X-Forwarded-For is believed
                     (default: this machine when GONGZHI_HTTPS is 1, otherwise none)
GONGZHI_HTTPS        1 behind a TLS proxy: secure cookies, HSTS
GONGZHI_MAIL         smtps://user:password@host:465, or smtp:// with STARTTLS; empty: no reminders by mail
GONGZHI_MAIL_FROM    the address that reminders come from
GONGZHI_HOOK         https address of the message gateway that takes reminders; empty: none
GONGZHI_HOOK_SECRET  what calls to it are signed with (HMAC-SM3)
GONGZHI_DOORS        file that names a watched folder, read-only SQL sources and addresses for outcomes
                     (docs/how-to/open-further-doors.md); empty: none. Only here, never in the browser
GONGZHI_RULE_SECONDS seconds that one rule may take in a scan (default 300)
GONGZHI_SCAN_SECONDS seconds after a scan before the next one that nobody asked for (default 3600)
"""

from __future__ import annotations

import os
from pathlib import Path

from gongzhi.engine.crypto import derive_ring
from gongzhi.engine.doors import doors_of

from .home import Home, database, hook, mail

BASE = Path(__file__).resolve().parents[3]
HOME = Home(Path(os.environ.get("GONGZHI_HOME") or BASE / "var").absolute())
HOME.prepare()
DEFINITIONS = Path(os.environ.get("GONGZHI_DEFINITIONS") or BASE / "definitions").absolute()
HTTPS = os.environ.get("GONGZHI_HTTPS") == "1"
EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD, EMAIL_USE_SSL, EMAIL_USE_TLS = mail(
    os.environ.get("GONGZHI_MAIL", "")
)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("GONGZHI_MAIL_FROM", "gongzhi@localhost")
MAIL_DOMAIN = DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("<> ")
HOOK_ADDRESS = hook(os.environ.get("GONGZHI_HOOK", ""))
HOOK_SECRET = os.environ.get("GONGZHI_HOOK_SECRET", "")
if HOOK_ADDRESS and not HOOK_SECRET:
    raise ValueError("写了 GONGZHI_HOOK，还要写 GONGZHI_HOOK_SECRET")
DOORS = doors_of(os.environ.get("GONGZHI_DOORS", ""))
RULE_SECONDS = float(os.environ.get("GONGZHI_RULE_SECONDS") or 300)  # what one rule may take in a scan
SCAN_SECONDS = float(os.environ.get("GONGZHI_SCAN_SECONDS") or 3_600)  # between scans that nobody asked for

SECRET_KEY = HOME.secret("django").hex()
PURPOSES = ("attachment", "audit", "gateway", "inbox", "original", "password", "seal", "token")
KEYS = derive_ring(
    HOME.secret("master"),
    {
        **{purpose: {1: "active"} for purpose in PURPOSES},
        "sign": HOME.versions("sign"),
    },
)
DEBUG = False
ALLOWED_HOSTS = [
    host for host in os.environ.get("GONGZHI_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if host
]

LAKE = HOME.folder("lake")
ORIGINALS = HOME.folder("originals")
ATTACHMENTS = HOME.folder("attachments")
MAX_ATTACHMENT_BYTES = 20 * 1024 * 1024
AUDIT_WITNESS = HOME.path / "witness" / "checkpoints.jsonl"
AUDIT_MAX_LAG_SECONDS = 60

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "django_otp",
    "axes",
    "gongzhi.audit",
    "gongzhi.lists",
    "gongzhi.organisation",
    "gongzhi.disclosure",
    "gongzhi.editions",
    "gongzhi.work",
    "gongzhi.catalogue",
    "gongzhi.intake",
    "gongzhi.registry",
    "gongzhi.risk",
    "gongzhi.dashboard",
    "gongzhi.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "gongzhi.web.middleware.HardeningMiddleware",
    "gongzhi.web.middleware.EditionsMiddleware",
    "gongzhi.web.api.door.DoorMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "gongzhi.web.middleware.SittingMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "gongzhi.web.middleware.BehindMiddleware",
    "gongzhi.web.middleware.MethodMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "gongzhi.gate.middleware.GateMiddleware",
]

ROOT_URLCONF = "gongzhi.web.urls"
WSGI_APPLICATION = "gongzhi.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "gongzhi.web.context.house",
            ],
            "builtins": ["gongzhi.web.templatetags.house"],
        },
    }
]

DATABASES = {"default": database(os.environ.get("GONGZHI_DATABASE", ""), HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "organisation.Person"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["gongzhi.web.hashing.KeyedArgon2"]
PASSWORD_MAX_AGE_DAYS = 90
SECOND_FACTOR = not HOME.demo  # demo homes only: their accounts are printed on the terminal anyway
PROXIES = set(os.environ.get("GONGZHI_PROXIES", "127.0.0.1,::1" if HTTPS else "").split(",")) - {""}
SIGN_IN_FAILURES_PER_HOUR = 20  # of one name: then only the security administrator opens it again
SIGN_IN_ADDRESS_SECONDS = 10 * 60
SIGN_IN_FAILURES_PER_ADDRESS = 30  # of any names, within those seconds: then nobody from there for a while
IDLE_ACCOUNT_DAYS = 60
API_CALLS_PER_HOUR = 1_000  # of a key for which nothing else was approved
API_KEY_MOST_DAYS = 365
AXES_CLIENT_IP_CALLABLE = "gongzhi.organisation.queries.network_of"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours: five failures lock an account for a quarter of an hour
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True  # the trail has it
AXES_USERNAME_CALLABLE = "gongzhi.organisation.queries.counted_name"
AXES_LOCKOUT_CALLABLE = "gongzhi.web.errors.locked_out"

LOGIN_URL = "/login"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_NAME = "__Host-gongzhi" if HTTPS else "gongzhi"
SESSION_COOKIE_AGE = 30 * 60
SESSION_ADMINISTRATOR_IDLE_SECONDS = 15 * 60
SESSION_MOST_SECONDS = 10 * 3600
SESSIONS_MOST = 2
SESSIONS_MOST_ADMINISTRATOR = 1
REVEAL_SECONDS = 5 * 60  # how long personal values that were looked at stay on the screen
STEP_UP_SECONDS = 5 * 60  # a proof of who sits there counts so long for sensitive acts
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrftoken"
CSRF_FAILURE_VIEW = "gongzhi.web.errors.csrf_failure"
SECURE_HSTS_SECONDS = 2 * 365 * 86_400 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

MESSAGE_TAGS = {20: "note", 25: "good", 30: "warn", 40: "stop"}  # info, success, warning, error

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "/static/"
STATIC_ROOT = HOME.folder("static")
STATICFILES_DIRS = [("vendor", BASE / "build" / "vendor")] if (BASE / "build" / "vendor").is_dir() else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_TEMP_DIR = HOME.folder("incoming")
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
INBOX_QUIET_SECONDS = 10 * 60  # pushed rows are gathered when their slot was quiet for so long
INBOX_MOST_SECONDS = 60 * 60  # or when the first of them waits for so long
INBOX_MOST_ROWS = 50_000  # or when there are so many; never more in one submission
MAX_FILE_BYTES = 512 * 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"axes": {"level": "ERROR"}},
}
