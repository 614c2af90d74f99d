"""A report as a page: well formed, escaped, without a network, its charts drawn for every shape of data."""

import io
import re
from html.parser import HTMLParser
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_report import ENGINEERS, MONTHS, month

from svcdesk import messages
from svcdesk.columns import Column
from svcdesk.render import html
from svcdesk.render.document import Chart, Document, Series, Table
from svcdesk.render.svg import svg

ZONE = ZoneInfo("Asia/Shanghai")
VOID = {"meta", "br", "link", "img", "hr", "input"}


@pytest.fixture(params=messages.LANGUAGES)
def language(request):
    messages.speak(request.param)
    yield request.param
    messages.speak("zh")


def written(document):
    out = io.StringIO()
    html.write(document, out, ZONE)
    return out.getvalue()


class Reader(HTMLParser):
    """Reads a page as a tree would: every element closed in its turn, every id once."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.ids, self.texts, self.attributes = [], [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def read(text):
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    assert len(reader.ids) == len(set(reader.ids))
    return reader


def test_the_page_is_well_formed_and_says_its_language(language):
    text = written(month())
    reader = read(text)
    assert text.startswith("<!DOCTYPE html>")
    assert ("html", "lang", {"zh": "zh-CN", "en": "en"}[language]) in reader.attributes
    assert reader.tags.count("h1") == 1 and reader.tags.count("svg") == 4
    assert reader.tags.count("caption") == reader.tags.count("table")


def test_the_page_says_everything_that_the_document_says(language):
    document = month()
    said = "".join(read(written(document)).texts)
    for text in [
        document.title,
        document.capitals,
        document.mark,
        *document.notes,
        *document.attention,
        *document.signatures,
    ]:
        assert text in said
    for table in [*document.form, *document.sheets]:
        assert table.title in said and table.note in said
    assert "42,605.90" in said and "12.5%" in said and "24112000000123450007" in said


def test_the_page_needs_no_network_and_runs_nothing(language):
    text = written(month())
    reader = read(text)
    assert not {"script", "link", "img", "iframe", "object", "embed", "a", "form", "base"} & set(reader.tags)
    assert not [name for _, name, _ in reader.attributes if name.startswith("on") or name in ("src", "href")]
    bare = text.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"https?:|@import|url\((?!#)", bare)
    assert "default-src 'none'" in text


NASTY = "<script>alert('1')</script> & \"x\" \x1b[31m\u202eabc\u2066"


def test_a_text_is_shown_and_never_acted_on(language):
    column = Column("what")
    document = Document(
        "monthly", NASTY, [(NASTY, NASTY)],
        (Table("t", NASTY, (column,), [{"what": NASTY}], headings={"what": NASTY}, note=NASTY),),
        (Chart("c", NASTY, "bars", [NASTY], [Series(NASTY, [1]), Series("y", [2])], NASTY),),
        (Table("s", NASTY, (column,), [{"what": NASTY}]),), [NASTY], [NASTY], [NASTY], NASTY, NASTY,
    )  # fmt: skip
    text = written(document)
    assert "script" not in read(text).tags
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f]", text)
    assert "".join(read(text).texts).count("<script>alert('1')</script>") > 10
    style = text[text.index("<style>") : text.index("</style>")]
    assert "<script" not in style and "alert(" not in style


def test_figures_stand_to_the_right_and_headings_have_their_scope(language):
    document = Document(
        "monthly",
        "t",
        [],
        (
            Table(
                "t",
                "t",
                (Column("what"), Column("cost", kind="money")),
                [{"what": "a", "cost": "12345.67"}, {"what": "b", "cost": None}],
                strong=(1,),
            ),
        ),
    )
    text = written(document)
    assert (
        '<th scope="row">a</th><td class="n">12,345.67</td>' in text
        and 'class="strong"><th scope="row">b</th><td class="n"></td>' in text
    )
    assert text.count('scope="col"') == 2 and ".n { text-align: right; font-variant-numeric: tabular-nums" in text


def test_an_empty_table_says_so(language):
    text = written(Document("monthly", "t", [], (Table("t", "t", (Column("a"), Column("b")), []),)))
    assert f'<td colspan="2">{messages.say("page.no_data")}</td>' in text


def test_a_broad_table_lies_across_in_print():
    columns = tuple(Column(f"c{n}") for n in range(12))
    text = written(Document("projects", "t", [], (Table("t", "t", columns, [{"c0": "中国铁建重工集团股份有限公司"}]),)))
    assert '<body class="broad">' in text and "min-width: 14.0em" in text
    assert '<body class="broad">' not in written(month())


def test_the_same_document_gives_the_same_page(language):
    assert written(month()) == written(month())


# Charts

SVG = "{http://www.w3.org/2000/svg}"
SHAPES = ("stacked", "columns", "line", "bars")


def drawn(chart):
    return ElementTree.fromstring(svg(chart))


def labels(root):
    return [element.text for element in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("chart", month().charts, ids=[chart.key for chart in month().charts])
def test_a_chart_is_an_image_with_a_title_and_a_description(chart):
    root = drawn(chart)
    assert root.get("role") == "img"
    named = {element.get("id"): element.text for element in root.iter() if element.tag in (f"{SVG}title", f"{SVG}desc")}
    title, told = (named[key] for key in root.get("aria-labelledby").split())
    assert title == chart.title and chart.series[0].name in told
    assert all(category in labels(root) for category in chart.categories)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("categories", "values"),
    [
        ([], []),
        (MONTHS, [None] * 12),
        (MONTHS, [0] * 12),
        (["一"], [0.5]),
        (MONTHS, [-5, 3, *[None] * 10]),
        (["一", "二"], [1e9, 1e-9]),
    ],
)
@pytest.mark.parametrize("is_rate", [False, True])
def test_a_chart_of_anything_can_be_drawn(shape, categories, values, is_rate):
    root = drawn(Chart("k", "t", shape, categories, [Series("s", values)] if categories else [], "元", is_rate))
    if not any(value is not None for value in values):
        assert messages.say("page.no_data") in labels(root)
    numbers = re.findall(
        r'(?:width|height)="(-?[\d.]+)"', svg(Chart("k", "t", shape, categories, [Series("s", values)]))
    )
    assert all(float(number) >= 0 for number in numbers)


def test_a_missing_value_is_a_gap_and_no_zero():
    chart = Chart("k", "t", "line", MONTHS, [Series("s", [1, 2, None, *[4] * 9])])
    assert len([*drawn(chart).iter(f"{SVG}polyline")]) == 2
    columns = drawn(chart._replace(shape="columns"))
    assert len([e for e in columns.iter(f"{SVG}rect") if e.find(f"{SVG}title") is not None]) == 11


def test_each_series_has_a_pattern_and_colours_that_the_page_can_change():
    chart = Chart("k", "t", "stacked", ["一"], [Series(str(n), [1]) for n in range(6)])
    paths = [e.get("d") for pattern in drawn(chart).iter(f"{SVG}pattern") for e in pattern.iter(f"{SVG}path")]
    assert len(set(paths)) == 6
    assert all(f"var(--s{n + 1}," in svg(chart) for n in range(6))


def boxes(root, wide=6.0):
    """The level labels' boxes, as wide as a narrow font would make them."""
    from svcdesk.render.tables import width

    for element in root.iter(f"{SVG}text"):
        if element.get("transform"):
            continue
        size = float(element.get("font-size", 12)) / 12
        long = width(element.text) * wide * size
        left = float(element.get("x")) - {"start": 0, "middle": long / 2, "end": long}[element.get("text-anchor")]
        yield element.text, left, left + long, float(element.get("y")) - 8 * size, float(element.get("y"))


CROWDED = [
    Chart("m", "t", "columns", MONTHS, [Series("a", [12345.67] * 12), Series("b", [54321.5] * 12)]),
    Chart(
        "e",
        "t",
        "bars",
        ENGINEERS,
        [Series("很长的系列名称" * 6, [n * 1000 for n in range(15)]), Series("短", [5] * 15)],
    ),
    Chart("c", "t", "columns", ENGINEERS, [Series("a", [n * 777.5 for n in range(15)])]),
    Chart(
        "l",
        "t",
        "line",
        MONTHS,
        [Series("一", [0.9] * 12), Series("二", [0.88, 0.91] * 6), Series("三", [0.89] * 12)],
        "",
        True,
    ),
    Chart("s", "t", "stacked", MONTHS, [Series(f"系列{n}" * 9, [n] * 12) for n in range(5)]),
]


@pytest.mark.parametrize("chart", CROWDED, ids=[chart.key for chart in CROWDED])
def test_labels_do_not_overlap_nor_leave_the_drawing(chart):
    root = drawn(chart)
    placed = list(boxes(root))
    assert [text for text, left, right, *_ in placed if left < -1 or right > 761] == []
    for n, (text, left, right, top, bottom) in enumerate(placed):
        meeting = [o[0] for o in placed[n + 1 :] if left < o[2] and o[1] < right and top < o[4] and o[3] < bottom]
        assert meeting == [], text


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(SHAPES),
    st.lists(st.lists(st.none() | st.floats(-1e9, 1e9), min_size=3, max_size=3), min_size=1, max_size=4),
    st.text(max_size=30),
)
def test_any_values_and_names_give_well_formed_svg(shape, values, name):
    chart = Chart("k", name, shape, ["a", name, "c"], [Series(name, row) for row in values], name)
    root = drawn(chart)
    numbers = [e.get(k) for e in root.iter() for k in ("x", "y", "width", "height", "y1", "y2") if e.get(k)]
    assert all(abs(float(number)) < 5000 for number in numbers)
