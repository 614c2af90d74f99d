"""customer: whom the centre serves."""

from svcdesk.commands.noun import Noun
from svcdesk.registers.people import CUSTOMERS

noun = Noun("customer")
noun.add_of(CUSTOMERS)
noun.list_of(CUSTOMERS, during=False)
noun.show_of(CUSTOMERS, lambda ledger, name: ledger.customer(name))
