"""svcdesk: the command line of a customer-support desk over one local ledger."""

__version__ = "0.1.0"
