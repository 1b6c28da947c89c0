"""What a web server imports: `granian --interface wsgi portal.wsgi:application`."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from portal.tracing import begin_tracing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

begin_tracing()
application = get_wsgi_application()
import_module(settings.ROOT_URLCONF)  # and so every view, before the first request
# What is loaded by now stays. Without this a full collection walks it too, 130 ms in the middle of somebody's request.
gc.collect()
gc.freeze()
