"""Signed anchors: who holds a key vouches for an entry, and OpenSSH's own program says whether the signature holds."""

import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from svcdesk.errors import StorageError
from svcdesk.maintenance.anchors import Anchor

_NAMESPACE = "svcdesk-anchor"  # what is signed here counts nowhere else
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_LINE = 70  # characters of a line of an armoured signature


def sign(anchor: Anchor, key: Path) -> str:
    """Sign an anchor with a private key, or with the agent's by its public one. Raises StorageError."""
    done = _ssh_keygen("sign", "-n", _NAMESPACE, "-f", str(key), text=_signed(anchor))
    if done.returncode:
        raise StorageError("not_signed", path=key, detail=done.stderr.strip().splitlines()[-1:])
    lines = done.stdout.strip().splitlines()
    return "".join(lines[1:-1])


def unsigned(anchors: Iterable[Anchor], allowed: Path) -> list[int]:
    """List the anchors that nobody among the allowed signers signed. Raises StorageError."""
    return [anchor.seq for anchor in anchors if not (anchor.signature and _holds(anchor, allowed))]


def _holds(anchor: Anchor, allowed: Path) -> bool:
    with tempfile.NamedTemporaryFile("w", suffix=".sig") as file:
        file.write(_armoured(anchor.signature))
        file.flush()
        found = _ssh_keygen("find-principals", "-s", file.name, "-f", str(allowed))
        verify = ("verify", "-n", _NAMESPACE, "-s", file.name, "-f", str(allowed))
        who = found.stdout.splitlines() if found.returncode == 0 else []
        return any(_ssh_keygen(*verify, "-I", name, text=_signed(anchor)).returncode == 0 for name in who)


def _signed(anchor: Anchor) -> str:
    return f"{anchor.seq} {anchor.hash} {anchor.at}"


def _armoured(signature: str) -> str:
    lines = [signature[place : place + _LINE] for place in range(0, len(signature), _LINE)]
    return "\n".join([_BEGIN, *lines, _END, ""])


def _ssh_keygen(*args: str, text: str = "") -> "subprocess.CompletedProcess[str]":
    command: Sequence[str] = ("ssh-keygen", "-Y", *args)
    try:
        return subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise StorageError("no_ssh_keygen") from None
