"""The desk's executable under strace: its system calls counted, made to fail, or recorded with their data."""

import re
import shutil
import subprocess
import sys
from collections import Counter
from functools import cache

import pytest

WRITES = ("pwrite64", "write", "ftruncate")
SYNCS = ("fdatasync", "fsync")
NAMES = ("unlink", "unlinkat", "link", "linkat", "rename")
CALLS = (*WRITES, *SYNCS, *NAMES)


@cache
def works():
    """Whether strace is here, may trace, and can make calls fail."""
    tool = shutil.which("strace")
    if tool is None:
        return False
    trial = [tool, "-f", "-qq", "-o", "/dev/null", "-e", "trace=write", "-e", "inject=write:error=ENOSPC:when=1"]
    return subprocess.run([*trial, "/bin/echo", "x"], capture_output=True).returncode == 1


needs_strace = pytest.mark.skipif(not works(), reason="strace is not here or may not trace")


def traced(desk, args, *options, trace=CALLS, program=("-m", "svcdesk")):
    """Run a command of the desk under strace; give what it left, and the log's lines."""
    log = desk.folder / "strace.log"
    done = subprocess.run(
        [
            "strace", "-f", "-qq", "-o", log, "-e", f"trace={','.join(trace)}", *options,
            sys.executable, *program, *map(str, args),
        ],
        cwd=desk.folder, env=desk.full_env(PYTHONDONTWRITEBYTECODE="1"), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    log.unlink()
    return done, lines


def counted(lines):
    """Count each call by the process that makes most of them: a failure is injected by each one's own count."""
    calls = (re.match(r"(\d+) +(\w+)\(", line) for line in lines)
    by_process = Counter((call[1], call[2]) for call in calls if call)
    return {name: max(n for (_, other), n in by_process.items() if other == name) for _, name in by_process}


def failing(desk, args, call, nth, fault):
    """Run a command whose nth call of a kind fails with an error, or kills it."""
    kills = fault.startswith("SIG")
    fast = () if kills else ("--seccomp-bpf",)  # stops at the traced calls alone; strace 6.1 injects no signal so
    done, _ = traced(desk, args, *fast, "-e", f"inject={call}:{'signal' if kills else 'error'}={fault}:when={nth}")
    return done
