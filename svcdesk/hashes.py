"""SHA-256 as CPython brings it along, else hashlib's: that loads OpenSSL, which would cost each command a twentieth.

The standard library's random does the same.
"""

import sys
from typing import Any

try:
    if sys.version_info >= (3, 12):
        from _sha2 import sha256
    else:
        from _sha256 import sha256  # type: ignore[import-not-found]
except ImportError:
    from hashlib import sha256

__all__ = ["for_much", "sha256"]


def for_much() -> Any:
    """Begin a SHA-256 over megabytes: by OpenSSL, whose loading is nothing beside so much hashing."""
    import hashlib

    return hashlib.sha256()
