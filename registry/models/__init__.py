"""What exists, one noun a file."""

from registry.models.answers import KeptAnswer
from registry.models.audit import AuditEntry
from registry.models.chain import Anchor, AnchorTarget, Seal, Verification, WaitingEntry
from registry.models.connections import Connection, Pull
from registry.models.consumers import Consumer, ReadDay, SeenEvent, Usage
from registry.models.days import ProjectDay
from registry.models.feature_views import FeatureView
from registry.models.features import Feature, Follow
from registry.models.messages import Delivery, Message, NoticeChoice, Webhook
from registry.models.offers import OwnerOffer
from registry.models.people import Membership, Team, User
from registry.models.plans import Approval, Plan
from registry.models.projects import Actor, Project, ProjectGuest
from registry.models.searches import SearchDay
from registry.models.sources import Entity, Source
from registry.models.tags import Tag
from registry.models.tokens import AccessToken
from registry.models.upstream import Upstream
from registry.models.versions import Brownout, DefaultPolicy, Version
from registry.models.words import FacetCount, FacetTotal, Synonym, Word, WordUse

__all__ = [
    "AccessToken", "Actor", "Anchor", "AnchorTarget", "Approval", "AuditEntry", "Brownout", "Connection",
    "Consumer", "DefaultPolicy", "Delivery", "Entity", "FacetCount", "FacetTotal", "Feature", "FeatureView",
    "Follow", "KeptAnswer", "Membership", "Message", "NoticeChoice", "OwnerOffer", "Plan", "Project",
    "ProjectDay", "ProjectGuest", "Pull", "ReadDay", "Seal", "SearchDay", "SeenEvent", "Source", "Synonym", "Tag",
    "Team", "Upstream", "Usage", "User", "Verification", "Version", "WaitingEntry", "Webhook", "Word", "WordUse",
]  # fmt: skip
