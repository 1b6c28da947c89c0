"""What the frame around every page shows: where one can go, who one is, how one likes it."""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation. `belongs` are the beginnings of addresses that count as being there."""

    label: str
    route: str
    belongs: tuple[str, ...]
    key: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str
    is_current: bool
    key: str


PLACES = (
    Place("Home", "portal:home", (), key="g h"),
    Place("Search", "registry:search", ("/search", "/f/", "/v/", "/compare"), key="g s"),
    Place("Inbox", "governance:inbox", ("/inbox",), key="g i"),
    Place("Requests", "governance:requests", ("/requests",)),
    Place("Access register", "governance:grants", ("/grants",)),
    Place("Reviews", "governance:reviews", ("/reviews",)),
    Place("Scorecard", "governance:scorecard", ("/scorecard",)),
    Place("Health", "monitoring:health", ("/health",)),
    Place("Incidents", "monitoring:incidents", ("/incidents",)),
    Place("Migrations", "monitoring:migrations", ("/migrations", "/parity")),
    Place("Lineage", "lineage:explorer", ("/lineage", "/a/"), key="g l"),
    Place("Insights", "registry:insights", ("/insights",)),
    Place("Consumers", "registry:consumers", ("/c/",)),
    Place("Teams", "registry:teams", ("/teams", "/people")),
    Place("Connections", "registry:connections", ("/connectors", "/jobs")),
    Place("Plans", "registry:plans", ("/plans",)),
    Place("Deprecations", "governance:deprecations", ("/deprecations",)),
    Place("Classes", "governance:classes", ("/classes",)),
    Place("Policies", "governance:policies", ("/policies", "/purposes")),
    Place("Committee", "governance:committee", ("/committee",)),
    Place("Audit log", "governance:audit", ("/audit",)),
    Place("Docs", "portal:docs", ("/docs",)),
    Place("Settings", "portal:settings", ("/settings",)),
)
# The cookies that frame.js writes, and the only values a page will repeat from them.
PREFERENCES = {"theme": ("light", "dark"), "density": ("compact",), "keys": ("off",)}


def address(route: str) -> str:
    """The route's address, or nothing where this installation does not have the page."""
    try:
        return reverse(route)
    except NoReverseMatch:
        return ""


class Frame:
    """Worked out when a template asks, because parts of pages are rendered without a frame."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def navigation(self) -> list[Link]:
        here = self._request.path
        return [
            Link(place.label, url, here == url or here.startswith(place.belongs), place.key)
            for place in PLACES
            if (url := address(place.route))
        ]

    @cached_property
    def search_url(self) -> str:
        return address("registry:search")

    @cached_property
    def suggest_url(self) -> str:
        return address("registry:suggest")

    @cached_property
    def new_url(self) -> str:
        """For those who can register something: people in a team."""
        return address("registry:new") if getattr(self._request.user, "team_ids", ()) else ""

    @cached_property
    def inbox_url(self) -> str:
        return address("governance:inbox")

    @cached_property
    def help_url(self) -> str:
        return address("portal:docs")

    @cached_property
    def settings_url(self) -> str:
        return address("portal:settings")

    @property
    def base_url(self) -> str:
        return settings.CHARTER_BASE_URL

    @cached_property
    def user_roles(self) -> list[str]:
        """Roles of the signed-in person, for people to read: "Committee chair"."""
        names = getattr(self._request.user, "role_names", ())
        return sorted(name.replace("-", " ").capitalize() for name in names)

    @cached_property
    def preferences(self) -> dict[str, str]:
        """`theme`, `density` and `keys`; empty where the person has chosen nothing."""
        chosen = {name: self._request.COOKIES.get(f"charter_{name}", "") for name in PREFERENCES}
        return {name: value if value in PREFERENCES[name] else "" for name, value in chosen.items()}


def frame(request: HttpRequest) -> dict[str, Frame]:
    """Context processor: `frame` in every template."""
    return {"frame": Frame(request)}
