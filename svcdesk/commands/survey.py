"""survey: what the customer thought of the job (3.7)."""

from svcdesk.commands.noun import Noun
from svcdesk.desk import surveys
from svcdesk.registers.service import SURVEYS

noun = Noun("survey")
noun.add_of(SURVEYS, surveys.check)
noun.list_of(SURVEYS)
noun.show_of(SURVEYS)
