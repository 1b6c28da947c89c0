"""What governance says about the retirement of a version; see `registry.queries.retirement`."""

from governance.models import Extension, ExtensionState, Reader
from registry.models import Actor, Version
from registry.queries.retirement import Blocker


def decided(version: Version, found: list[Blocker], actor: Actor | None) -> list[Blocker]:
    """Without the readers that the committee does not wait for, and with requests for time that nobody decided."""
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
