"""The project itself."""

from feast import Project

people = Project(
    name="people",
    description="Travellers and what they went through. All of them are invented, see demo/README.md",
    owner="loyalty-data@example.org",
    tags={"domain": "customer"},
)
