"""What names and descriptions of features say about their class, kept so that only what has changed is read again."""

from django.db import models

from registry.choices import PERSONAL_CLASSES
from registry.models import Feature


class GuessedClass(models.Model):
    """A word of a feature's name or description speaks for a class. Read off them again whenever they change, never set
    by hand; nobody is held to it."""

    class By(models.TextChoices):
        NAME = "name", "Name"
        DESCRIBED = "described", "Description"

    feature = models.ForeignKey(Feature, on_delete=models.CASCADE, related_name="guessed_classes")
    by = models.CharField(max_length=11, choices=By.choices)
    privacy_class = models.CharField(max_length=20, choices=[(one.value, one.label) for one in PERSONAL_CLASSES])
    confidence = models.FloatField(help_text="From 0 to 1: ranks what speaks for a class")
    said = models.CharField(max_length=200, help_text="The word")
    reason = models.TextField(help_text="A sentence for who decides")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feature", "by"], name="one_guess_of_each_kind")]

    def __str__(self) -> str:
        return f"{self.said} of feature {self.feature_id}: {self.privacy_class}"


class NamesRead(models.Model):
    """How far names and descriptions have been read: changes of features until then, and by which words."""

    until = models.DateTimeField()
    words = models.CharField(max_length=32, help_text="Names the words that were looked for")

    def __str__(self) -> str:
        return f"until {self.until}"
