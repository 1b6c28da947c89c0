"""Who readers are in stores, and whether Charter keeps the rights there. The connection's team says both."""

import re
from collections.abc import Sequence

from django.db import IntegrityError, transaction

from connectors.records import ConnectorError, Right
from connectors.rights import why_no_account
from governance.models import Enforcement, Place, StoreAccount
from governance.notifications import enforce_rights, verify_rights
from governance.queries.needs import SCRIPT_ONLY, product_of
from governance.stores import gate_of
from registry.actions.action import Note, action, allow, invalid, lock
from registry.models import Connection, Consumer, User
from registry.secrets import seal

BY_HAND = ("Feast", SCRIPT_ONLY)
LONGEST_PASSWORD, MOST_SCHEMAS = 500, 50
SCHEMA = re.compile(r"[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]{0,62}")


def store_of(connection: Connection, place: str) -> Enforcement:
    """The row of a connection's store, made where there is none. Raises ValidationError for what keeps no rights."""
    if place not in Place.values or not product_of(connection, place):
        raise invalid(place=f"{connection} has no store there that keeps rights. Charter knows PostgreSQL and Redis.")
    return Enforcement.objects.select_related("connection").get_or_create(connection=connection, place=place)[0]


@action("governance.name_account")
def name_account(
    connection: Connection, note: Note, *, actor: User, place: str, name: str, consumer: Consumer | None = None,
    user: User | None = None,
) -> StoreAccount:  # fmt: skip
    """Say who a reader is in a store. Grants that waited for it are tried again at once; a name that changes takes the
    rights along."""
    if why := why_no_account(name):
        raise invalid(name=why)
    if (consumer is None) == (user is None):
        raise invalid(reader="Name one reader: a consumer or a person.")
    store = store_of(connection, place)
    if name == store.login:
        raise invalid(name=f"{name} is who grants there. Nobody reads as it.")
    before = StoreAccount.objects.filter(store=store, consumer=consumer, user=user).first()
    row = before or StoreAccount(store=store, consumer=consumer, user=user)
    note.subject = row
    note.change("name", before.name if before else None, name)
    note.change("subject", None, row.subject)
    row.name, row.named_by = name, actor
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise invalid(
            name=f"{name} is another reader in this store. What two share, one grant would give to both."
        ) from None
    enforce_rights(connection.pk)
    return row


@action("governance.remove_account")
def remove_account(account: StoreAccount, note: Note, *, actor: User) -> None:
    """Nobody is that account any more: what Charter gave it is taken away."""
    row: StoreAccount = lock(account)
    connection = row.store.connection
    note.change("name", row.name, None)
    note.change("subject", row.subject, None)
    note.subject = connection
    row.delete()
    enforce_rights(connection.pk)


@action("governance.switch_enforcement")
def switch_enforcement(connection: Connection, note: Note, *, actor: User, place: str, is_on: bool) -> Enforcement:
    """On: grants of this store begin once it has given their rights. Off: nothing new is given, and what Charter gave
    still ends with its grants."""
    row: Enforcement = lock(store_of(connection, place))
    product = product_of(connection, place)
    if is_on and product in BY_HAND:
        raise invalid(place=f"Charter gives no rights in {product}. Review and apply what its page has instead.")
    if is_on and product == "PostgreSQL" and not row.schemas:
        raise invalid(place="An administrator says first as whom Charter grants, and in which schemas.")
    note.subject = row
    note.change("is_on", row.is_on, is_on)
    row.is_on = is_on
    row.save(update_fields=["is_on"])
    enforce_rights(connection.pk)
    verify_rights(connection.pk)
    return row


@action("governance.set_granting_login")
def set_granting_login(
    connection: Connection, note: Note, *, actor: User, place: str, login: str, password: str | None = None,
    schemas: Sequence[str] | None = None,
) -> Enforcement:  # fmt: skip
    """As whom Charter grants in a store, at the address that it measures at. A password left out stays as it is; an
    empty login means who measures, who then needs the right to grant."""
    if login and (why := why_no_account(login)):
        raise invalid(login=why)
    if password is not None and (len(password) > LONGEST_PASSWORD or "\x00" in password):
        raise invalid(password=f"At most {LONGEST_PASSWORD} characters, and no NUL.")
    row: Enforcement = lock(store_of(connection, place))
    if StoreAccount.objects.filter(store=row, name=login).exists():
        raise invalid(login=f"{login} is a reader there. Whoever grants reads nothing.")
    note.subject = row
    note.change("login", row.login, login)
    if password is not None or not login:
        note.changes["password"] = ["(hidden)", "(hidden)"]
        row.sealed = seal({"password": password}, bound_to=row.bound_to) if login and password else b""
    elif login != row.login:
        raise invalid(password="Another login has another password.")  # noqa: S106  words for people
    row.login = login
    if schemas is not None:
        _set_schemas(row, schemas, note)
    row.save(update_fields=["login", "sealed", "schemas"])
    enforce_rights(connection.pk)
    return row


def _set_schemas(row: Enforcement, schemas: Sequence[str], note: Note) -> None:
    named = list(dict.fromkeys(one.strip() for one in schemas if one.strip()))
    if len(named) > MOST_SCHEMAS or not all(SCHEMA.fullmatch(one) for one in named):
        raise invalid(schemas=f"Name at most {MOST_SCHEMAS} schemas, each by its plain name.")
    note.change("schemas", row.schemas, named)
    row.schemas = named


def test_gate(connection: Connection, *, actor: User, place: str) -> list[Right]:
    """Try whether Charter can give rights in a store, one line each. Changes nothing."""
    allow(actor, "governance.switch_enforcement", connection)
    store = Enforcement.objects.filter(connection=connection, place=place).first()
    try:
        return gate_of(store or Enforcement(connection=connection, place=place)).test()
    except ConnectorError as error:
        return [Right("Open", False, str(error), error.fix)]


# pytest would take it for a test.
test_gate.__test__ = False  # type: ignore[attr-defined]
