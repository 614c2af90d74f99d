"""The registers: their declarations, their records as JSON and CSV carry them, and their changes in words."""
