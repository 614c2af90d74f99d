"""What a daily task takes: the goals in keys, played, and the table of the documents."""

import sys
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
sys.path.insert(0, str(DOCS))


def test_each_task_keeps_to_its_goal_and_the_table_tells_so():
    import measure_keys

    found = list(measure_keys.counted())
    assert {task.name: count.keys for task, count in found if count.keys > task.most} == {}
    assert measure_keys.table(found) in (DOCS / "how-to" / "telephone.md").read_text("utf-8")
