"""Findings and penalties: the facts the clauses are judged by, what they find, and the notice to the person."""
