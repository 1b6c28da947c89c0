"""Forms that show what an action refuses."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from django import forms
from django.core.exceptions import ValidationError

Made = TypeVar("Made")


class Refusable(forms.Form):
    """What an action refuses stands at the field it is about, or above them all."""

    # What the action calls a field -> what it is called here.
    called: Mapping[str, str] = {}

    def tried(self, make: Callable[[], Made]) -> Made | None:
        """What an action makes; where it refuses, nothing, and the form says why."""
        try:
            return make()
        except ValidationError as refusal:
            said = refusal.message_dict if hasattr(refusal, "error_dict") else {"": refusal.messages}
            for name, messages in said.items():
                at = self.called.get(name, name)
                self.add_error(at if at in self.fields else None, messages)
            return None
