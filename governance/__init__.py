"""What may be: standards, policies, requests, decisions, grants, deprecation campaigns, audit."""
