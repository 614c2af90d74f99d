"""contact: the register of calls, letters and visits (3.9)."""

from svcdesk.commands.noun import Noun
from svcdesk.registers.service import CONTACTS

noun = Noun("contact")
noun.add_of(CONTACTS)
noun.list_of(CONTACTS)
noun.show_of(CONTACTS)
