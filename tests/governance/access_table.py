"""Who may do what, as tables: every operation of access, and those around it.

What is hidden is not there, so an answer is 404 where the right alone would give 403. 422 is somebody who has a say,
but whose turn it is not.
"""

from typing import Any

from tests.governance.asking import WHY, in_days

PEOPLE = ("viewer", "owner_a", "owner_b", "member", "chair", "auditor", "admin")
_REASON = {"reason": "Nobody needs it any longer."}
_YES = {"verdict": "approve"}
_WANTED = {"purpose": "fraud", "why": WHY}
_ALL, _REGISTRY = "401 200 200 200 200 200 200 200 403 403", "401 200 200 200 200 200 200 200 200 403"
_COMMITTEE, _NEW = "401 403 403 403 200 200 403 403 403 403", "401 403 403 403 201 201 403 403 403 403"
_BILLING = {"name": "billing", "description": "Bills.", "legal_basis": "contract", "review_on": str(in_days(300))}
_STATED = {"check": "cost-alerts", "statement": "The budget pages us at 80 %.", "valid_until": str(in_days(30))}
Row = tuple[str, str, dict[str, Any] | None, str]

# Method, path, a body that is good, and the answers: to nobody, viewer, owner of A, owner of B, member, chair, auditor,
# administrator, a service's token to read features, a service's token to write lineage.
OPERATIONS: list[Row] = [
    ("GET", "features", None, _REGISTRY),
    ("GET", "search?q=postcode", None, _REGISTRY),
    ("GET", "features/pay.users.postcode", None, _REGISTRY),
    ("GET", "features/pay.users.postcode/measurements", None, _REGISTRY),
    ("GET", "features/secret.v.phone", None, "401 404 200 404 200 200 200 200 404 403"),
    ("PATCH", "features/pay.users.postcode", {"description": "Where it is used most."},
     "401 403 200 403 403 403 403 403 403 403"),
    ("PATCH", "features/secret.v.phone", {"description": "Its number."}, "401 404 200 404 403 403 403 403 403 403"),
    ("POST", "access-requests", {"features": ["pay.users.email@1"], "days": 9} | _WANTED,
     "401 201 201 201 201 201 403 201 403 403"),
    ("POST", "access-requests/emergency", {"features": ["pay.users.email@1"], "incident": "INC-8"} | _WANTED,
     "401 403 201 403 403 403 403 403 403 403"),
    ("GET", "access-requests", None, _ALL),
    ("GET", "access-requests/{with_owner}", None, "401 404 200 200 200 200 200 200 403 403"),
    ("PATCH", "access-requests/{changes}", {"days": 30}, "401 404 403 200 403 403 403 403 403 403"),
    ("GET", "access-requests/{with_owner}/comments", None, "401 404 200 200 200 200 200 200 403 403"),
    ("POST", "access-requests/{with_owner}/comments", {"text": "Why all?"}, "401 404 201 201 201 201 201 201 403 403"),
    ("POST", "access-requests/{with_owner}/withdraw", {}, "401 404 403 200 403 403 403 403 403 403"),
    ("POST", "access-requests/{with_owner}/decisions", _YES, "401 404 201 403 422 422 403 403 403 403"),
    ("POST", "access-requests/{with_committee}/decisions", _YES, "401 404 422 403 201 201 403 403 403 403"),
    ("DELETE", "access-requests/{with_committee}/decisions/{vote}", None, "401 404 200 403 403 403 403 403 403 403"),
    ("POST", "access-requests/{emergency}/review", {"is_right": True} | _REASON,
     "401 404 403 404 200 200 403 403 403 403"),
    ("GET", "grants", None, _ALL),
    ("GET", "grants/{grant}", None, "401 200 200 404 200 200 200 200 403 403"),
    ("POST", "grants/{grant}/revoke", _REASON, "401 200 200 404 200 200 403 200 403 403"),
    ("POST", "grants/{grant}/extend", {}, "401 201 403 404 403 403 403 403 403 403"),
    ("GET", "purposes", None, _REGISTRY),
    ("POST", "purposes", _BILLING, _NEW),
    ("GET", "purposes/fraud", None, _REGISTRY),
    ("PATCH", "purposes/fraud", {"review_on": str(in_days(100))}, _COMMITTEE),
    ("DELETE", "purposes/fraud?reason=The+project+is+over.", None, _COMMITTEE),
    ("GET", "policies", None, _REGISTRY),
    ("GET", "policies/access/direct-identifier", None, _REGISTRY),
    ("PUT", "policies/access/direct-identifier", {"committee_votes": 3} | _REASON,
     "401 403 403 403 202 202 403 403 403 403"),
    ("DELETE", "policies/access/direct-identifier?reason=Not+needed+now.", None,
     "401 403 403 403 422 422 403 403 403 403"),
    ("POST", "policies/access/direct-identifier/dry-run", {"committee_votes": 3}, _COMMITTEE),
    ("GET", "views/pay.users/standing-approval", None, "401 404 404 404 404 404 404 404 404 403"),
    ("PUT", "views/pay.users/standing-approval", _REASON, "401 403 200 403 403 403 403 403 403 403"),
    ("DELETE", "views/pay.users/standing-approval", None, "401 403 204 403 403 403 403 403 403 403"),
    ("GET", "committee", None, _REGISTRY),
    ("PATCH", "committee", {"quorum": 2}, _COMMITTEE),
    ("GET", "committee/seats/mia", None, _REGISTRY),
    ("PUT", "committee/seats/mia", {"starts_on": "2026-01-01", "is_officer": True},
     "401 403 403 403 403 200 403 200 403 403"),
    ("PUT", "committee/seats/chen", {"starts_on": "2026-01-01"}, "401 403 403 403 403 403 403 200 403 403"),
    ("PUT", "committee/seats/adam", {"starts_on": "2026-01-01"}, "401 403 403 403 403 200 403 403 403 403"),
    ("PUT", "committee/seats/mia/delegate", {"delegate": "vera", "until": str(in_days(7))},
     "401 403 403 403 200 403 403 403 403 403"),
    ("DELETE", "committee/seats/mia/delegate", None, "401 403 403 403 200 403 403 403 403 403"),
    ("GET", "committee/conflicts", None, _ALL),
    ("POST", "committee/conflicts", {"person": "marek"}, "401 201 201 201 201 201 201 201 403 403"),
    ("GET", "committee/conflicts/{conflict}", None, "401 200 404 404 200 200 200 200 403 403"),
    ("DELETE", "committee/conflicts/{conflict}", None, "401 403 404 404 403 204 403 204 403 403"),
    ("GET", "scorecard", None, _REGISTRY),
    ("GET", "scorecard/owners", None, _REGISTRY),
    ("GET", "attestations", None, _REGISTRY),
    ("POST", "attestations", _STATED, "401 403 403 403 201 201 403 201 403 403"),
    ("GET", "me/inbox", None, _ALL),
    ("POST", "connections", {}, "401 403 403 403 403 403 403 422 403 403"),
    ("PATCH", "connections/store", {"name": "Store"}, "401 403 403 403 403 403 403 200 403 403"),
    ("GET", "audit-log", None, "401 403 200 200 200 200 200 200 403 403"),
    ("POST", "audit-log", {}, "401 405 405 405 405 405 405 405 405 405"),
    ("DELETE", "audit-log", None, "401 405 405 405 405 405 405 405 405 405"),
    ("POST", "lineage", {}, "401 403 403 403 403 403 403 403 403 422"),
]  # fmt: skip

# Path, form, and the answers of pages: to nobody, viewer, owner of A, owner of B, member, chair, auditor, admin.
PAGES: list[tuple[str, dict[str, Any] | None, str]] = [
    ("/requests/", None, "302 200 200 200 200 200 200 200"),
    ("/requests/new", None, "302 200 200 200 200 200 403 200"),
    ("/requests/{with_owner}/", None, "302 404 200 200 200 200 200 200"),
    ("/requests/{with_owner}/", _YES | {"items": "{with_owner_item}"}, "302 404 302 403 422 422 403 403"),
    ("/requests/{with_committee}/", _YES | {"items": "{with_committee_item}"}, "302 404 422 403 302 302 403 403"),
    ("/requests/{changes}/edit", None, "302 404 403 200 403 403 403 403"),
    ("/requests/{with_owner}/withdraw", {}, "302 404 403 302 403 403 403 403"),
    ("/requests/{with_owner}/comment", {"text": "Why?"}, "302 404 302 302 302 302 302 302"),
    ("/requests/{emergency}/review", {"is_right": "yes"} | _REASON, "302 404 403 404 302 302 403 403"),
    ("/grants/", None, "302 200 200 200 200 200 200 200"),
    ("/grants/{grant}/", None, "302 200 200 404 200 200 200 200"),
    ("/grants/{grant}/revoke", _REASON, "302 302 302 404 302 302 403 302"),
    ("/grants/{grant}/renew", {}, "302 302 403 404 403 403 403 403"),
    ("/f/pay/users/postcode/access/", None, "302 200 200 200 200 200 200 200"),
    ("/f/secret/v/phone/access/", None, "302 404 200 404 200 200 200 200"),
    ("/f/secret/v/phone/access/button", None, "302 404 200 404 200 200 200 200"),
    ("/policies/access/direct-identifier/", None, "302 200 200 200 200 200 200 200"),
    ("/purposes/fraud/", None, "302 200 200 200 200 200 200 200"),
    ("/inbox/", None, "302 200 200 200 200 200 200 200"),
]
