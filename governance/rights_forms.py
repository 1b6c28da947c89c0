"""What is asked about rights in stores. Rules live in the actions."""

from typing import Any

from django import forms

from governance.models import Enforcement, Place
from registry.models import Connection, Consumer, User
from registry.refusable import Refusable


class AccountForm(Refusable):
    """Who a reader is in a store."""

    called = {"reader": "consumer"}
    place = forms.ChoiceField(label="Store")
    consumer = forms.CharField(
        required=False, max_length=330, label="Consumer", help_text="Such as model:fraud-ranker. Or name a person."
    )
    user = forms.CharField(required=False, max_length=150, label="Person", help_text="Their user name.")
    name = forms.CharField(max_length=63, label="Account", help_text="Its role in PostgreSQL, its user in Redis.")

    def __init__(self, *args: Any, places: list[Place], connection: Connection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = [(one.value, one.label) for one in places]  # type: ignore[attr-defined]
        self._connection = connection

    def clean_consumer(self) -> Consumer | None:
        kind, _, name = self.cleaned_data["consumer"].partition(":")
        if not kind:
            return None
        # Of two with one name, the one of this connection's project is meant nowhere else.
        rows = Consumer.objects.filter(kind=kind, name=name, gone_at__isnull=True).order_by("-project")
        if (found := rows.first()) is None:
            raise forms.ValidationError("There is no such consumer. Write kind:name.")
        return found

    def clean_user(self) -> User | None:
        if not (name := self.cleaned_data["user"]):
            return None
        if (found := User.objects.filter(username=name, is_active=True).first()) is None:
            raise forms.ValidationError("There is nobody of that name.")
        return found


class LoginForm(Refusable):
    """As whom Charter grants in a store. A password is never shown again."""

    login = forms.CharField(
        required=False, max_length=63, label="Grants as", help_text="Left empty, who measures grants, too."
    )
    password = forms.CharField(
        required=False, max_length=500, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Best a reference such as ${env:CHARTER_STORE_GRANTER}. Left empty, it stays as it is.",
    )  # fmt: skip
    schemas = forms.CharField(
        required=False, max_length=4_000, help_text="Of PostgreSQL, in which it may grant, with commas between."
    )

    def __init__(self, *args: Any, store: Enforcement, product: str, **kwargs: Any) -> None:
        kwargs |= {"initial": {"login": store.login, "schemas": ", ".join(store.schemas)}, "prefix": store.place}
        super().__init__(*args, **kwargs)
        if product != "PostgreSQL":
            del self.fields["schemas"]

    def arguments(self) -> dict[str, Any]:
        """As the action takes them."""
        taken: dict[str, Any] = {"login": self.cleaned_data["login"], "password": self.cleaned_data["password"] or None}
        if "schemas" in self.fields:
            taken["schemas"] = self.cleaned_data["schemas"].split(",")
        return taken
