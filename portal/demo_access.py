"""The demo's governance: purposes, a few classes, and requests in every state, made by the people of the cast."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from governance.actions.committee import change_seat
from governance.actions.deciding import decide_request
from governance.actions.purposes import register_purpose
from governance.actions.requesting import comment_request, request_access
from governance.models import AccessRequest, LegalBasis, Purpose
from registry.actions.versions import classify_version
from registry.models import Consumer, Feature, User, Version

PURPOSES = {
    "service_messages": ("Tell travellers that their flight has changed.", LegalBasis.CONTRACT, "DP-12"),
    "goodwill": ("Offer something to travellers after a bad trip.", LegalBasis.LEGITIMATE_INTERESTS, "DP-31"),
    "marketing": ("Offer more of what travellers have bought.", LegalBasis.CONSENT, ""),
}
# view.feature -> class and purposes. Some of the profile stays unclassified, as its owner has left it.
CLASSES = {
    "customer_contact.full_name": ("direct-identifier", ["service_messages"]),
    "customer_contact.email": ("direct-identifier", ["service_messages"]),
    "customer_profile.home_postcode": ("quasi-identifier", ["goodwill", "service_messages"]),
    "customer_profile.birth_date": ("quasi-identifier", ["goodwill"]),
    "customer_profile.loyalty_tier": ("pseudonymous", ["goodwill", "service_messages"]),
    "customer_disruption_daily.delayed_60_trips_90d": ("pseudonymous", ["goodwill", "service_messages"]),
}


def seed_access() -> bool:
    """Make it once. Returns whether it is there: not before the store's definitions are pulled."""
    if Purpose.objects.exists():
        return True
    features = {one.key.partition(".")[2]: one for one in Feature.objects.filter(project__name="people")}
    if not features.keys() >= CLASSES.keys():
        return False
    today = timezone.now().date()
    for name, (text, basis, assessment) in PURPOSES.items():
        register_purpose(
            None, actor=None, name=name, description=text, legal_basis=basis, review_on=today + timedelta(days=300),
            assessment=assessment, assessed_until=today + timedelta(days=200) if assessment else None,
        )  # fmt: skip
    versions = {name: _classified(features[name], *said) for name, said in CLASSES.items()}
    change_seat(_person("mercy"), actor=None, starts_on=today, is_officer=True)
    _ask(versions)
    return True


def _classified(feature: Feature, privacy_class: str, purposes: Sequence[str]) -> Version:
    version = feature.versions.get(number=feature.number)
    return classify_version(
        version, actor=None, privacy_class=privacy_class, purposes=list(purposes), reason="As the demo has it"
    )


def _ask(versions: dict[str, Version]) -> None:
    """One granted, one denied, one that waits for the committee, and one that waits for its owner."""
    lena, bob, mia = _person("lena"), _person("bob"), _person("mia")
    reader = Consumer.objects.filter(team__slug="loyalty-models", gone_at__isnull=True).order_by("pk").first()
    tier, trips = versions["customer_profile.loyalty_tier"], versions["customer_disruption_daily.delayed_60_trips_90d"]
    postcode, birth = versions["customer_profile.home_postcode"], versions["customer_profile.birth_date"]
    granted = _send(lena, [tier], "goodwill", "Offers after a delay should fit the tier of the member.", reader)
    decide_request(granted, actor=bob, verdict="approve", days=90, reason="Fine for offers.")
    denied = _send(lena, [postcode], "marketing", "Mailings about lounges near the home of members.", reader)
    decide_request(denied, actor=bob, verdict="deny", reason="Nobody has agreed to this. Use the airport instead.")
    why = "Goodwill should not depend on where people live: test it."
    waits = _send(lena, [postcode, birth], "goodwill", why, reader, "online")
    decide_request(waits, actor=bob, verdict="approve", reason="For the test only, please.", setting="offline")
    comment_request(waits, actor=mia, text="For how long do you keep the joined table?")
    _send(bob, [trips, versions["customer_contact.email"]], "service_messages",
          "Answer complaints of travellers whose notice did not arrive.")  # fmt: skip


def _send(
    actor: User, versions: Sequence[Version], purpose: str, why: str, consumer: Consumer | None = None,
    setting: str = "offline",
) -> AccessRequest:  # fmt: skip
    return request_access(
        None, actor=actor, versions=versions, purpose=Purpose.objects.get(name=purpose), why=why, days=180,
        consumer=consumer, setting=setting, environment="",
    )  # fmt: skip


def _person(username: str) -> User:
    return User.objects.get(username=username)
