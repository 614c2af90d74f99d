"""Charts on a terminal: one line a category or series, drawn with the characters of the terminal itself."""

from svcdesk.render.terminal import spark


def drawn(desk):
    """The charts of October on a terminal: name, drawing and figure of every line that draws."""
    said = desk.run("report", "monthly", "--month", "2026-10", "-f", "table").stdout
    return [line.split() for line in said.splitlines() if any(char in line for char in "▁▂▃▄▅▆▇█")]


def test_a_bar_is_as_long_as_its_value(demo_month):
    bars = {name: (bar.count("█"), int(figure)) for name, *_, bar, figure in drawn(demo_month) if set(bar) == {"█"}}
    assert bars["赵磊"] == (24, 14)  # the most: a full bar
    assert bars["黄勇"] == (12, 7)
    assert list(bars) == ["张伟", "李娜", "王强", "刘洋", "陈静", "杨帆", "赵磊", "黄勇"]


def test_a_series_ends_with_its_last_value(demo_month):
    sparks = [(bar, figure) for *_, bar, figure in drawn(demo_month) if set(bar) != {"█"}]
    assert sparks[0] == ("···········█", "8930.00")  # eleven months before the ledger began
    assert ("···········▇", "83.3%") in sparks


def test_only_people_at_a_terminal_are_drawn_charts(demo_month):
    plain = demo_month.run("report", "monthly", "--month", "2026-10").stdout
    assert not set(plain) & set("▁▂▃▄▅▆▇█")


def test_a_spark_reaches_from_nothing_to_the_most():
    assert spark([0, 7, 14]) == "▁▅█"
    assert spark([0.5, None, 1.0], 1.0) == "▅·█"
    assert spark([]) == ""
