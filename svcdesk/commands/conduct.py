"""conduct: what somebody did against the rules (4.8); only disobedience is fined."""

from svcdesk.commands.noun import Noun
from svcdesk.registers.complaints import CONDUCT

noun = Noun("conduct")
noun.add_of(CONDUCT)
noun.list_of(CONDUCT)
noun.show_of(CONDUCT)
