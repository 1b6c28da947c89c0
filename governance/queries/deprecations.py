"""What is known of a deprecation: who still reads the version, and how often, day by day."""

from collections import defaultdict
from datetime import date, timedelta

from django.db.models import Sum

from governance.models import Deprecation, Reader
from registry.models import Consumer, ReadDay, User

# Days that the picture begins before the announcement, and how many readers it draws apart.
BEFORE, DRAWN = timedelta(days=14), 4


def reads_by_day(deprecation: Deprecation, actor: User, *, first: date) -> dict[str, dict[date, int]]:
    """{reader: {day: reads}}, the largest first; those that the actor does not see are counted together."""
    version = deprecation.version
    held = ReadDay.objects.filter(feature=version.feature_id, number=version.number, day__gte=first)
    seen = Consumer.objects.visible_to(actor).in_bulk(set(held.values_list("consumer", flat=True)))
    found: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for number, day, reads in held.values_list("consumer", "day").annotate(Sum("reads")):
        found[str(seen.get(number, "others"))][day] += reads
    largest = sorted(found, key=lambda name: (name == "others", -sum(found[name].values())))
    for name in largest[DRAWN:]:
        if name != "others":
            for day, reads in found.pop(name).items():
                found["others"][day] += reads
    return {name: dict(found[name]) for name in sorted(found, key=lambda name: name == "others")}


def counts_of(deprecation: Deprecation) -> tuple[int, int]:
    """How many readers there were, and how many still read it."""
    readers = Reader.objects.filter(deprecation=deprecation)
    return readers.count(), readers.remaining().count()
