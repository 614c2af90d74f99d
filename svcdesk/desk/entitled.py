"""Who may decide: nobody their own case, whatever the policy; and by their post, as policy roles.check says."""

from collections.abc import Collection

from svcdesk.desk.act import Act
from svcdesk.errors import Refused
from svcdesk.model import Record
from svcdesk.periods import today
from svcdesk.registers.dated import value_on

DECIDERS = ("director", "head")


def not_own(act: Act, subject: str, codes: Collection[str], article: str) -> None:
    """Refuse whoever a matter is about, as the one typing and as the one named with --by. Raises Refused."""
    own = sorted({act.by, act.actor} & set(codes))
    if own:
        raise Refused("own_case", id=subject, code=own[0], article=article)


def entitlement(act: Act, subject: str, roles: Collection[str] = DECIDERS) -> bool | None:
    """Return whether who decides holds one of the posts; None where somebody writes down for another.

    Under policy roles.check = warn that is said, under refuse nobody else decides. Raises Refused.
    """
    check = act.basis.value("roles.check", act.now)
    person = decider(act)
    if person is None:
        if check == "refuse":
            raise Refused("not_on_staff", id=subject, actor=act.actor, roles=list(roles))
        return None
    role = role_of(act, person)
    if role in roles:
        return True
    values = {"id": subject, "code": person["code"], "role": role, "roles": list(roles)}
    if check == "refuse":
        raise Refused("not_entitled", **values)
    if check == "warn":
        act.warn("not_entitled", **values)
    return False


def decider(act: Act) -> Record | None:
    """Return the member of staff who decides: named with --by, else the one typing where that is a code."""
    return act.by_staff or act.ledger.one("SELECT * FROM live_staff WHERE code = ?", (act.actor,))


def role_of(act: Act, person: Record) -> str:
    """Return a person's post as it is today."""
    return str(value_on(act.ledger, person["id"], "role", today(act.now, act.zone), person["role"]))
