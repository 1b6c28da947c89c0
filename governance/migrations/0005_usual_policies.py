"""The policies and the committee that every installation starts with. People change them afterwards."""

from django.db import migrations

# class, setting, automatic, votes of the owner and the committee, officer, most days, what silence means in a review
USUAL = (
    ("pseudonymous", "offline", True, 1, 0, False, 365, "keep"),
    ("pseudonymous", "online", False, 1, 1, False, 180, "keep"),
    ("quasi-identifier", "", False, 1, 1, False, 180, "keep"),
    ("direct-identifier", "", False, 1, 2, False, 180, "revoke"),
    ("special-category", "", False, 1, 2, True, 90, "revoke"),
)
FIELDS = (
    "privacy_class", "setting", "is_automatic", "owner_votes", "committee_votes", "needs_officer", "most_days",
    "silence",
)  # fmt: skip


def add(apps, schema_editor):
    Policy = apps.get_model("governance", "Policy")
    Committee = apps.get_model("governance", "Committee")
    for values in USUAL:
        Policy.objects.create(**dict(zip(FIELDS, values, strict=True)), note="What Charter starts with")
    Committee.objects.get_or_create(id=1)


class Migration(migrations.Migration):
    dependencies = [("governance", "0004_access")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
