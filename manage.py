#!/usr/bin/env python
"""Django's command line for Charter."""

import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

from portal.embedded.environment import join_running

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    join_running(Path(__file__).resolve().parent)
    execute_from_command_line(sys.argv)
