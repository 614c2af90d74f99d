"""phone-check: whether an engineer could be reached (4.7)."""

from svcdesk.commands.noun import Noun
from svcdesk.registers.complaints import PHONE_CHECKS

noun = Noun("phone-check")
noun.add_of(PHONE_CHECKS)
noun.list_of(PHONE_CHECKS)
noun.show_of(PHONE_CHECKS)
