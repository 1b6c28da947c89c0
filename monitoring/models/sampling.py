"""What kind of personal data the values of a feature are valid as, as far as a few of them tell."""

from django.db import models

from registry.models import Feature


class SampledKind(models.Model):
    """How many of the values that a measurement looked at are valid as which kind, such as 38 of 40 as IBANs.

    Only counts: no value is kept. It is there while most values are of a kind; being absent says nothing.
    """

    feature = models.OneToOneField(Feature, primary_key=True, on_delete=models.CASCADE, related_name="sampled_kind")
    kind = models.CharField(max_length=12, help_text="As connectors/kinds.py names it")
    valid = models.PositiveIntegerField()
    looked_at = models.PositiveIntegerField()
    sampled_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(valid__lte=models.F("looked_at")), name="no_more_than_looked_at")
        ]

    def __str__(self) -> str:
        return f"{self.valid} of {self.looked_at} of feature {self.feature_id}: {self.kind}"
