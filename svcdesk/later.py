"""Modules that a file names and few commands use: loaded when something of them is asked for."""

from importlib import import_module
from typing import Any


class later:
    """A module by its name; its typed twin stands under TYPE_CHECKING beside it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, wanted: str) -> Any:
        return getattr(import_module(self._name), wanted)
