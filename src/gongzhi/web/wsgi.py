"""WSGI entry point; whatever server runs it, it does not start while a system check fails."""

import io
import os

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

from gongzhi.engine.tables.landlock import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongzhi.web.settings")
die_with_parent()  # a page process whose server is gone would serve on for ever
application = get_wsgi_application()
call_command("check", fail_level="ERROR", stdout=io.StringIO())  # faults are raised
