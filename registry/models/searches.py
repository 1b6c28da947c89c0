"""How often people search, and how often they find nothing: counts, never what was searched for."""

from django.db import models

from registry.models.people import User


class SearchDay(models.Model):
    """What one person searched on one day (UTC), on pages, by programs and from the command line."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    searches = models.PositiveIntegerField()
    empty = models.PositiveIntegerField(help_text="Of these, without a result")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "user"], name="one_count_of_searches_a_day")]

    def __str__(self) -> str:
        return f"{self.searches} searches on {self.day}"
