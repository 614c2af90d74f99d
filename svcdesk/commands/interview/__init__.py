"""Conversations at a terminal: what a command still needs is asked for, checked at once, and nothing is lost."""
