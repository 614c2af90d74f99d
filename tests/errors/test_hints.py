"""A hint names commands that exist: whoever is stopped should not be sent into the next error."""

import re

from svcdesk.commands.grammar import NOUNS, SINGLE, build
from svcdesk.messages import errors

COMMAND = re.compile(r"svcdesk (?:--ledger \S+ )?([a-z][a-z-]*)(?: ([a-z][a-z-]*))?")


def verbs(noun):
    return build().get_command(None, noun).list_commands(None)


def test_every_command_that_an_error_names_exists():
    named = {(key, *found) for key, pair in errors.TEXTS.items() for text in pair for found in COMMAND.findall(text)}
    assert len(named) > 50
    strange = {
        (key, noun, verb)
        for key, noun, verb in named
        if noun not in NOUNS or (verb and noun not in SINGLE and verb not in verbs(noun))
    }
    assert strange == set()
