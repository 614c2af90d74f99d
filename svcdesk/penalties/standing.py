"""The penalties that stand: one definition for the month, the staff report, the rows behind them and the board.

Recorded, neither waived nor overturned, and the finding still as it was, or confirmed since it changed.
"""

from svcdesk.model import Record
from svcdesk.penalties.findings import judged_anew
from svcdesk.periods import Period, stored
from svcdesk.regulation.policy import Basis
from svcdesk.store import Ledger, once_a_snapshot

NOT_STANDING = ("waived", "overturned")


@once_a_snapshot
def standing(ledger: Ledger, basis: Basis, period: Period) -> list[Record]:
    """List the penalties that stand of the facts of a period, each with the code of its ``engineer``."""
    rows = ledger.rows(
        "SELECT p.*, e.code AS engineer FROM live_penalty p JOIN live_staff e ON e.id = p.engineer_id"
        " WHERE p.at >= ? AND p.at < ? ORDER BY p.clause, p.id",
        (stored(period.start), stored(period.end)),
    )
    left = [row for row in rows if row["status"] not in NOT_STANDING]
    judged = zip(left, judged_anew(ledger, basis, left), strict=True)
    return [row for row, (_, changed) in judged if not changed]  # of a clause of a newer program nobody knows
