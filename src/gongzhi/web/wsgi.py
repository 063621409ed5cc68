"""WSGI entry point; whatever server runs it, it does not start while a system check fails."""

import io
import os

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongzhi.web.settings")
application = get_wsgi_application()
call_command("check", fail_level="ERROR", stdout=io.StringIO())  # faults are raised
