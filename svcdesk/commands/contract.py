"""contract: what was agreed with a customer, and whether it includes installation."""

from svcdesk.commands.noun import Noun
from svcdesk.registers.people import CONTRACTS

noun = Noun("contract")
noun.add_of(CONTRACTS)
noun.set_of(CONTRACTS)
noun.list_of(CONTRACTS, during=False)
noun.show_of(CONTRACTS, lambda ledger, no: ledger.contract(no))
