"""survey: what the customer thought of the job (3.7)."""

from typing import TYPE_CHECKING

from svcdesk.commands.noun import Noun
from svcdesk.later import later
from svcdesk.registers.service import SURVEYS

if TYPE_CHECKING:
    from svcdesk.desk import surveys
else:
    surveys = later("svcdesk.desk.surveys")

noun = Noun("survey")
noun.add_of(SURVEYS, lambda act, survey: surveys.check(act, survey))
noun.list_of(SURVEYS)
noun.show_of(SURVEYS)
