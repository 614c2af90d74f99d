"""How results are drawn: tables, terminal, workbook, page, charts. Knows no ledger and no rule."""
