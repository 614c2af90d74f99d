"""Whose personal data a redaction erases: the customer's, its contacts', and that of complainants about its tickets."""

from svcdesk.store import Ledger

_ROWS = """
    WITH theirs AS (SELECT id FROM customer WHERE name = :name),
      asked AS (SELECT id FROM ticket WHERE customer_id IN theirs)
    SELECT 'customer', id FROM theirs
    UNION
    SELECT 'contact', id FROM contact WHERE customer_id IN theirs
      OR complaint_id IN (SELECT id FROM complaint WHERE ticket_id IN asked)
    UNION
    SELECT 'complaint', id FROM complaint WHERE ticket_id IN asked
      OR id IN (SELECT complaint_id FROM contact WHERE customer_id IN theirs)"""
_HELD = """
    SELECT 1 FROM change WHERE "table" = ? AND row = ? AND json_extract(after, '$.personal_id') IS NOT NULL"""


def concerned(ledger: Ledger, customer: str) -> list[tuple[str, int]]:
    """List the rows that hold or held personal data of a customer, and the customer's own. Raises NotFound.

    What undo took back is among them: its personal data is still in the file.
    """
    rows = ledger.con.execute(_ROWS, {"name": customer.strip()}).fetchall()
    if not rows:
        ledger.customer(customer)
    return [row for row in rows if row[0] == "customer" or ledger.value(_HELD, row)]
