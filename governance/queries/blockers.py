"""What governance says about the retirement of a version; see `registry.queries.retirement`."""

from governance.models import Extension, ExtensionState, Grant, Reader
from registry.choices import Evidence
from registry.models import Actor, Version
from registry.queries.retirement import Blocker


def decided(version: Version, found: list[Blocker], actor: Actor | None) -> list[Blocker]:
    """With the grants that hold, without the readers that the committee does not wait for, and with requests for time
    that nobody decided."""
    found = [one for one in found if one.evidence != Evidence.GRANT] + _grants(version, actor)
    readers = Reader.objects.filter(deprecation__version=version, deprecation__state="announced")
    waived = set(readers.filter(waived_at__isnull=False).values_list("consumer_id", flat=True))
    kept = [one for one in found if one.consumer_id not in waived or one.consumer_id is None]
    asked = Extension.objects.filter(reader__in=readers, state=ExtensionState.OPEN).order_by("until")
    seen = asked if actor is None else asked.filter(reader__in=Reader.objects.visible_to(actor))
    named = [
        Blocker("extension_open", f"{one.reader.consumer} asks for time until {one.until}.", str(one.reader.consumer))
        for one in seen.select_related("reader__consumer")
    ]
    if hidden := asked.count() - len(named):
        named.append(Blocker("extension_open", f"{hidden} readers in restricted projects ask for more time."))
    return kept + named


def _grants(version: Version, actor: Actor | None) -> list[Blocker]:
    """Each right to read it that has not ended; those that the actor does not see are counted."""
    held = Grant.objects.active().filter(version=version).order_by("pk")
    seen = held if actor is None else held.filter(pk__in=Grant.objects.visible_to(actor).order_by().values("pk"))
    named = [
        Blocker(
            "grant", f"{one}: {one.subject} may read it for {one.purpose} until {one.ends_at:%Y-%m-%d}.",
            str(one.consumer or ""), one.consumer_id,
        )
        for one in seen.with_names()
    ]  # fmt: skip
    if hidden := held.count() - len(named):
        named.append(Blocker("grant", f"{hidden} grants that you do not see let others read it."))
    return named
