"""Registers kept elsewhere: reading them, the rules file that describes one, and taking their rows in."""
