"""The policy as it was set over time."""

from datetime import date

from svcdesk.desk import expenses
from svcdesk.desk.act import Act, Receipt
from svcdesk.desk.entitled import entitlement
from svcdesk.model import Record
from svcdesk.regulation.policy import read_value
from svcdesk.store import Ledger


def set_(act: Act, key: str, text: str, since: date, reason: str) -> Receipt:
    """Set a value from a date on. Raises BadInput for one that the key cannot have."""
    value = read_value(key, text)
    act.ledger.policy.also(key, value, since).check_order(key, since)
    entitled = entitlement(act, key, ("director",))
    number = act.ledger.insert(
        "policy", key=key, value=value, from_on=since, reason=reason, set_at=act.now, by=act.by, entitled=entitled
    )
    follow(act.ledger, key)
    return Receipt("policy_set", "policy", number, {"key": key, "value": value, "since": since})


def follow(ledger: Ledger, key: str) -> None:
    """Work out anew what is stored by the policy: which expenses leave the total."""
    ledger.forget_policy()
    if key == "excluded.categories":
        expenses.follow(ledger, "policy")


def history(ledger: Ledger, key: str) -> list[Record]:
    """List the values that a key was given, in the order in which they were set."""
    return ledger.rows(
        'SELECT "key", value, from_on AS "from", reason, set_at, "by" FROM live_policy WHERE "key" = ? ORDER BY id',
        (key,),
    )
