"""The roles a person can have, as Django groups. Owners are not here: owning comes from a team's membership."""

COMMITTEE = "committee"
CHAIR = "committee-chair"
AUDITOR = "auditor"
ADMIN = "admin"

ALL = (COMMITTEE, CHAIR, AUDITOR, ADMIN)
# They see restricted projects too: what they decide or audit may not be hidden from them.
SEES_EVERYTHING = frozenset(ALL)
