"""Spark says what SQLite says: in this process, and on a real standalone cluster of a master and two workers."""

import os
import re
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
from desks import MONTH, NOW, ZONES, figures, lake_of, random_desk, sent

from svcdesk.hq import across, quality, recount, spans

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not find_spec("pyspark"), reason="pyspark is not installed: pip install 'svcdesk[spark]'"),
    pytest.mark.skipif(not shutil.which("java"), reason="there is no Java: apt-get install default-jre-headless"),
]


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    folder = tmp_path_factory.mktemp("spark")
    feeds = [
        sent(
            random_desk(folder / f"C{place}.db", 200 + place, zone, code=f"C{place}", tickets=80),
            folder / f"feed{place}",
        )
        for place, zone in enumerate(ZONES)
    ]
    return lake_of(folder / "lake", *feeds)


def started(folder, *args):
    """Start a part of the cluster, its output in a file."""
    import pyspark

    home = Path(pyspark.__file__).parent
    env = {**os.environ, "SPARK_HOME": str(home), "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    out = (folder / f"{args[0].rpartition('.')[2]}-{time.time_ns()}.log").open("w+")
    process = subprocess.Popen(
        [home / "bin" / "spark-class", *args], env=env, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
    )
    return process, out


def waited_for(out, pattern, seconds=90):
    """Wait until a log says something, and return what the pattern holds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := re.search(pattern, Path(out.name).read_text()):
            return found
        time.sleep(0.3)
    raise AssertionError(f"no {pattern} in {Path(out.name).read_text()[-2000:]}")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A standalone master with two workers on 127.0.0.1."""
    folder, parts = tmp_path_factory.mktemp("cluster"), []
    try:
        common = ("--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
        master, out = started(folder, "org.apache.spark.deploy.master.Master", *common)
        parts.append(master)
        url = waited_for(out, r"Starting Spark master at (spark://\S+)")[1]
        for place in range(2):
            worker, said = started(
                folder, "org.apache.spark.deploy.worker.Worker", *common, "--cores", "1", "--memory", "1g",
                "--work-dir", str(folder / f"worker{place}"), url,
            )  # fmt: skip
            parts.append(worker)
            waited_for(said, "Successfully registered with master")
        yield url
    finally:
        for part in parts:
            part.kill()
            part.wait()


def test_spark_in_this_process_says_what_sqlite_says(lake):
    assert figures(lake, "spark", master="local[2]") == figures(lake)


def test_a_cluster_says_what_sqlite_says(lake, cluster, monkeypatch):
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    assert figures(lake, "spark", master=cluster) == figures(lake)
    assert answers(lake, "spark", cluster) == answers(lake, "sqlite", None)


def answers(lake, engine, master):
    """The other questions, in one session."""
    span, codes = spans.month(MONTH), tuple(centre.code for centre in lake.centres)
    with recount.opened(lake.centres, NOW, engine, master) as counted:
        return (
            counted.figures([recount.Ask(span, "all", codes), recount.Ask(span, "region", codes)]),
            across.duplicates(counted, span),
            across.customers(counted, span, 2),
            across.people(counted, span),
            quality.indicators(counted, span, "product"),
        )
