"""Where personal data is: columns that somebody claims to be personal, and those that are made of them."""

from django.db import models

from lineage.models.nodes import Node
from registry.choices import PERSONAL_CLASSES
from registry.models import Feature
from registry.personal import PERSONAL


class Sure(models.TextChoices):
    """How well it is known that a column is personal."""

    STATED = "stated", "Stated"
    SUSPECTED = "suspected", "Suspected"
    POSSIBLE = "possible", "Possible"


class ClaimKind(models.TextChoices):
    """Who claims it, and of what."""

    FEATURE = "feature", "Class of a feature that is made of the same column"
    FEATURE_TAG = "feature_tag", "Tag of the feature"
    SOURCE_TAG = "source_tag", "Tag of the source in the registry"
    COLUMN_TAG = "column_tag", "Tag of the column"
    DESCRIPTION = "description", "Tag in the description of the column"
    TABLE_TAG = "table_tag", "Tag of the whole table"
    JOB_TAG = "job_tag", "Tag of a job that writes the table"
    RUN_TAG = "run_tag", "Tag of a run that wrote the table"


CLAIMED_CLASSES = [(PERSONAL, "Personal"), *((one.value, one.label) for one in PERSONAL_CLASSES)]


class KnownClass(models.Model):
    """A class that is claimed of a column, or came to it: which, how sure, who claims it, and the way it came."""

    privacy_class = models.CharField(max_length=20, choices=CLAIMED_CLASSES, help_text="personal: nobody says which")
    is_masked = models.BooleanField(help_text="It holds masked copies, as far as producers say")
    sure = models.CharField(max_length=9, choices=Sure.choices)
    kind = models.CharField(max_length=11, choices=ClaimKind.choices)
    said = models.CharField(max_length=200, help_text="The tag or class, in the words of who claims it")
    said_by = models.TextField(blank=True, help_text="Of jobs and runs, the job")
    said_feature = models.ForeignKey(
        Feature, null=True, on_delete=models.CASCADE, related_name="+", help_text="Whose class or tag it is"
    )
    path = models.JSONField(help_text="[{node, column, told}] from the claimed column to this one")

    class Meta:
        abstract = True


class ColumnClass(KnownClass):
    """The most sensitive of what is known of a column.

    Worked out anew as a whole whenever claims or column edges change, never set by hand. It says nothing about a column
    by being absent: nobody may have looked.
    """

    node = models.ForeignKey(
        Node, on_delete=models.DO_NOTHING, db_constraint=False, related_name="column_classes", db_index=False
    )
    column = models.CharField(max_length=500)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node", "column"], name="one_class_of_a_column")]

    def __str__(self) -> str:
        return f"{self.column} of {self.node_id}: {self.privacy_class}"


class Trace(models.Model):
    """How claims and column edges stood when classes were last followed."""

    fingerprint = models.TextField()

    def __str__(self) -> str:
        return self.fingerprint
