"""Which model reads what, and the rule the store keeps for personal data."""

from customers import customer_contact, customer_disruption_daily, customer_profile, goodwill_offer
from feast import FeatureService, FeatureView
from feast.permissions.action import AuthzedAction
from feast.permissions.permission import Permission
from feast.permissions.policy import RoleBasedPolicy

rebooking_notices = FeatureService(
    name="rebooking_notices",
    features=[customer_contact[["full_name", "email"]], customer_disruption_daily[["last_route"]]],
    description="Tells travellers about their new flight",
    owner="rebooking@example.org",
    tags={"model": "rebooking-assistant", "stage": "production", "tier": "1"},
)
churn_model = FeatureService(
    name="churn_model",
    features=[
        customer_profile[["home_postcode", "loyalty_tier", "member_years", "loyalty_points"]],
        customer_disruption_daily,
    ],
    description="Predicts who will leave the programme",
    owner="loyalty-models@example.org",
    tags={"model": "churn", "stage": "staging", "tier": "2"},
)
goodwill_engine = FeatureService(
    name="goodwill_engine",
    features=[goodwill_offer],
    description="Vouchers after disruptions",
    owner="loyalty-models@example.org",
    tags={"model": "goodwill", "stage": "production", "tier": "2"},
)

personal_data_readers = Permission(
    name="personal_data_readers",
    types=[FeatureView],
    required_tags={"pii": "true"},
    policy=RoleBasedPolicy(roles=["customer-care"]),
    actions=[AuthzedAction.DESCRIBE, AuthzedAction.READ_ONLINE],
)
