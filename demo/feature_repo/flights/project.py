"""The project itself."""

from feast import Project

flights = Project(
    name="flights",
    description="Flights out of New York: delays, weather, aircraft. Public data, see demo/README.md",
    owner="data-platform@example.org",
    tags={"domain": "operations"},
)
