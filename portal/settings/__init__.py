"""Charter's settings, read from the environment (https://12factor.net/config). docs/operations.md lists every variable.

One file a subject; this page is their order.
"""

from portal.settings.environment import *  # noqa: F403  each file below reads from it
from portal.settings.apps import *  # noqa: F403
from portal.settings.data import *  # noqa: F403
from portal.settings.security import *  # noqa: F403
from portal.settings.web import *  # noqa: F403
from portal.settings.api import *  # noqa: F403
from portal.settings.jobs import *  # noqa: F403
from portal.settings.logs import *  # noqa: F403
