"""A report as a workbook, read back: the figures, their types, nothing live, the same bytes twice."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import xlsxwriter
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sample_report import ENGINEERS, MONTHS, month

from svcdesk import messages
from svcdesk.columns import Column
from svcdesk.errors import BadInput
from svcdesk.render import cells, workbook
from svcdesk.render.document import Chart, Document, Series, Table

ZONE = ZoneInfo("Asia/Shanghai")
CREATED = datetime(2026, 11, 3, 1, 2, 3, tzinfo=UTC)


@pytest.fixture(params=messages.LANGUAGES)
def language(request):
    messages.speak(request.param)
    yield request.param
    messages.speak("zh")


def written(document, path):
    workbook.write(document, path, ZONE, CREATED)
    return openpyxl.load_workbook(path)


@pytest.fixture
def book(language, tmp_path):
    return written(month(), tmp_path / "report.xlsx")


def of(*columns, rows, key="rows", **more):
    """A document with one sheet of rows behind it."""
    return Document("monthly", "一", [], (), sheets=(Table(key, key, columns, rows, **more),))


def texts(sheet):
    return [cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None]


def find(sheet, value):
    return next(cell for row in sheet.iter_rows() for cell in row if cell.value == value)


# What is read back


def test_the_sheets_stand_in_order_and_are_named_in_the_language_of_the_form(tmp_path):
    messages.speak("en")
    names = ["monthly", "charts", "expenses", "engineers", "empty"]
    assert written(month(), tmp_path / "r.xlsx").sheetnames == names
    messages.speak("zh")
    titles = [table.title for table in month().sheets]
    assert written(month(), tmp_path / "r.xlsx").sheetnames == ["统计表", "图表", *titles]


def test_what_is_signed_stands_apart_from_its_annex(tmp_path):
    first, *others = month().form
    made = written(month()._replace(front=1), tmp_path / "r.xlsx")
    assert made.sheetnames[:2] == ["统计表", "附表"]
    front, annex = (texts(made[name]) for name in made.sheetnames[:2])
    assert first.title in front and month().signatures[0] in front
    assert all(table.title in annex for table in others) and month().signatures[0] not in annex


def test_the_form_holds_every_figure_of_its_tables_as_a_number(book):
    sheet, document = book.worksheets[0], month()
    for table in document.form:
        for row in table.rows:
            line = find(sheet, row[table.columns[0].name]).row
            read = [cell.value for cell in sheet[line] if cell.value is not None][1:]
            wanted = [row.get(column.name) for column in table.columns[1:]]
            assert read == [float(value) for value in wanted if value is not None]


def test_the_form_holds_title_head_total_notes_and_signatures(book):
    document = month()
    said = "\n".join(str(text) for text in texts(book.worksheets[0]))
    assert document.title in said and document.capitals in said
    for text in [*document.notes, *document.attention, *document.signatures, *(text for _, text in document.head)]:
        assert text in said
    assert [table.note for table in document.form if table.note] == [
        note for note in texts(book.worksheets[0]) if note == document.form[0].note
    ]


def test_the_form_prints_on_one_page_across_with_mark_and_page_number(book):
    sheet = book.worksheets[0]
    assert (
        sheet.page_setup.paperSize == 9
        and sheet.page_setup.fitToWidth in (None, 1)
        and sheet.page_setup.fitToHeight == 0
    )
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.orientation != "landscape"
    assert sheet.print_area.endswith(f"$H${sheet.max_row}")
    assert "1842 9f2c77e0" in sheet.oddFooter.left.text and "&P" in sheet.oddFooter.right.text
    assert any(str(cells).startswith("A1:H1") for cells in sheet.merged_cells.ranges)


def test_a_strong_row_is_bold_and_every_cell_of_a_table_has_its_border(book):
    sheet = book.worksheets[0]
    line = find(sheet, 42605.9).row
    assert all(cell.font.bold for cell in sheet[line])
    assert not any(cell.font.bold for cell in sheet[line - 1])
    assert all(cell.border.left.style and cell.border.bottom.style for cell in sheet[line])


def test_the_rows_behind_the_figures_are_typed(book):
    sheet = book.worksheets[2]
    heads = [cell.value for cell in sheet[1]]
    assert len(heads) == 11 and sheet.freeze_panes == "A2" and sheet.print_title_rows == "$1:$1"
    assert sheet.auto_filter.ref == "A1:K61" and sheet.page_setup.orientation == "landscape"
    first, source = [cell.value for cell in sheet[2]], month().sheets[0].rows[0]
    assert first[0] == "E1" and first[1] == datetime(2026, 10, 2) and first[2] == datetime(2026, 10, 2, 9, 1, 30)
    assert first[5] == float(source["amount"]) and first[6] == source["invoice"] and len(source["invoice"]) == 20
    formats = [cell.number_format for cell in sheet[2]]
    assert formats[1] == "yyyy-mm-dd" and formats[2] == "yyyy-mm-dd hh:mm:ss" and formats[5] == "0.00"
    assert formats[0] == formats[6] == formats[9] == "@"
    assert {cell.value for cell in sheet["H"][1:]} == {messages.say("labels.yes"), messages.say("labels.no")}
    assert messages.word("category", "lodging") in {cell.value for cell in sheet["E"]}


def test_rates_and_numbers_stay_numbers(book):
    sheet = book.worksheets[3]
    assert [cell.value for cell in sheet["A"][1:]] == ENGINEERS
    assert [cell.value for cell in sheet["C"][1:]] == [n / 16 for n in range(15)]
    assert sheet["C2"].number_format == "0.0%" and sheet["D2"].number_format == "0.00"


def test_an_empty_table_has_its_header(book):
    assert book.worksheets[4].max_row == 1 and book.worksheets[4]["A1"].value


def test_the_charts_refer_to_values_in_their_sheet(book):
    sheet, document = book.worksheets[1], month()
    assert len(sheet._charts) == len(document.charts)
    line = find(sheet, document.charts[1].series[0].name).row
    column = find(sheet, document.charts[1].series[0].name).column
    values = [sheet.cell(line + n, column).value for n in range(1, 13)]
    assert values == list(document.charts[1].series[0].values) and values[3] is None
    assert [sheet.cell(line + n, column - 1).value for n in range(1, 13)] == MONTHS
    assert sheet.cell(line + 1, column).number_format == "0.0%"


def test_a_chart_of_rates_goes_from_0_to_1(tmp_path, language):
    workbook.write(month(), tmp_path / "r.xlsx", ZONE, CREATED)
    with zipfile.ZipFile(tmp_path / "r.xlsx") as file:
        charts = [file.read(name).decode() for name in sorted(file.namelist()) if "charts/chart" in name]
    assert '<c:max val="1"/><c:min val="0"/>' in charts[1] and '<c:max val="1"/>' not in charts[0]
    assert 'grouping val="stacked"' in charts[0] and "<c:lineChart>" in charts[1] and 'barDir val="bar"' in charts[3]
    assert all('<c:dispBlanksAs val="gap"/>' in chart or "dispBlanksAs" not in chart for chart in charts)


# What can never be in it


def test_nothing_in_it_is_live(tmp_path, language):
    path = tmp_path / "r.xlsx"
    workbook.write(month(), path, ZONE, CREATED)
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name).decode() for name in file.namelist() if name.endswith((".xml", ".rels"))}
    assert not any(re.search(r"<f[ >]", text) for name, text in parts.items() if "worksheets/sheet" in name)
    assert not any("externalLink" in name for name in parts)
    assert not any('TargetMode="External"' in text for text in parts.values())


@pytest.mark.parametrize("text", ["=1+1", "+86138", "-5", "@x", "\tx", "\rx", '=HYPERLINK("http://x")'])
def test_a_text_that_would_be_a_formula_is_disarmed_everywhere(tmp_path, text):
    column = Column("what")
    document = Document(
        "monthly", text, [(text, text)], (Table("t", text, (column,), [{"what": text}], headings={"what": text}, note=text),),
        (Chart("c", text, "columns", [text], [Series(text, [1])], text),), (Table("s", text, (column,), [{"what": text}]),),
        [text], [text], [text], text, text,
    )  # fmt: skip
    for sheet in written(document, tmp_path / "r.xlsx"):
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            assert cell.data_type in ("s", "n")
            assert not str(cell.value).startswith(("=", "+", "-", "@", "\t", "\r"))
    with zipfile.ZipFile(tmp_path / "r.xlsx") as file:
        drawn = file.read("xl/charts/chart1.xml").decode()
    refers = set(re.findall(r"<c:f>(.*?)</c:f>", drawn))
    name = messages.say("page.sheet_charts")
    assert refers == {f"{name}!$M$1", f"{name}!$L$2", f"{name}!$M$2"}


def test_control_and_bidi_characters_are_shown(tmp_path):
    sheet = written(of(Column("what"), rows=[{"what": "a\x1b[31m\u202eb"}]), tmp_path / "r.xlsx")["rows"]
    assert sheet["A2"].value == "a\\x1b[31m\\u202eb"


@pytest.mark.parametrize(
    ("kind", "value", "read"),
    [
        ("money", "-12.50", -12.5), ("money", "0.10", 0.1), ("money", "99999999999.99", 99999999999.99),
        ("money", "12345678901234.56", "12345678901234.56"), ("int", -3, -3), ("int", 10**16, str(10**16)),
        ("rate", 2 / 3, pytest.approx(2 / 3, abs=1e-15)), ("rate", 1e-05, 1e-05), ("number:1", 4.25, 4.25),
        ("date", "1899-01-01", "1899-01-01"), ("date", "2026-02-03", datetime(2026, 2, 3)),
        ("instant", "2026-10-03T01:02:03Z", datetime(2026, 10, 3, 9, 2, 3)), ("flag", None, None), ("text", "00123", "00123"),
        ("text", "2411200000001234567890", "2411200000001234567890"), ("id:ticket", "T1", "T1"), ("money", None, None),
    ],
)  # fmt: skip
def test_a_value_of_each_kind_is_read_back(tmp_path, kind, value, read):
    sheet = written(
        of(Column("name"), Column("what", kind=kind), rows=[{"name": "x", "what": value}]), tmp_path / "r.xlsx"
    )["rows"]
    assert sheet["B2"].value == read


@given(st.integers(-(10**13), 10**13))
def test_an_amount_stays_what_it_is_to_the_fen(fen):
    sign, whole = "-" if fen < 0 else "", abs(fen)
    text = f"{sign}{whole // 100}.{whole % 100:02}"
    value = cells.typed(text, "money", ZONE)
    assert f"{value:.2f}" == text


def test_an_instant_that_the_clocks_show_twice_stays_text():
    berlin = ZoneInfo("Europe/Berlin")
    assert cells.typed("2026-10-25T02:30:00+01:00", "instant", berlin) == "2026-10-25T02:30:00+01:00"
    assert cells.typed("2026-10-25T03:30:00+01:00", "instant", berlin) == datetime(2026, 10, 25, 3, 30)
    assert cells.typed("2026-10-25", "date", berlin) == date(2026, 10, 25)


# Rows are written by ourselves: the same cells as the library's, whatever stands in them.

TEXTS = st.text(
    st.one_of(st.sampled_from("a0 =+-@&<>\n_x\t报"), st.characters(exclude_categories=("Cs",))), max_size=12
)
INSTANTS = st.datetimes(datetime(1890, 1, 1), datetime(2100, 1, 1)).map(
    lambda at: at.replace(microsecond=0, tzinfo=UTC).astimezone(ZONE).isoformat()
)
IN_A_CELL = {
    "text": st.one_of(TEXTS, st.none()),
    "id:ticket": st.one_of(st.integers(1, 10**7).map("T{}".format), st.none()),
    "int": st.one_of(st.integers(-(10**17), 10**17), st.none()),
    "money": st.one_of(st.decimals(-(10**14), 10**14, places=2).map("{:.2f}".format), st.none()),
    "rate": st.one_of(st.floats(0, 1), st.none()),
    "number:1": st.one_of(st.floats(-1e6, 1e6), st.none()),
    "date": st.one_of(st.dates(date(1890, 1, 1)).map(str), st.none()),
    "instant": st.one_of(INSTANTS, st.none()),
    "flag": st.one_of(st.booleans(), st.none()),
}
ROWS = st.lists(st.tuples(*IN_A_CELL.values()), min_size=1, max_size=8)
ODD = ("=1+1 <&> _x000D_ ", "T1", -3, "0.10", 1e-05, 4.25, "1899-12-31", "1900-03-01T00:00:00+08:05", True)


def by_the_library(path, columns, rows, zone):
    """A workbook of the same rows, each cell put by XlsxWriter itself, its texts inline too."""
    plain = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, **plain}) as made:
        looks = {kind: made.add_format({"num_format": cells.number_format(kind)}) for kind in IN_A_CELL}
        sheet = made.add_worksheet("rows")
        for line, row in enumerate(rows, 1):
            for place, (column, value) in enumerate(zip(columns, row, strict=True)):
                if (given := workbook._given(value, column, zone)) != "":
                    cells.put(sheet, line, place, given, workbook._kind(column), zone, looks.__getitem__)
    return path


@settings(max_examples=40)
@given(ROWS)
@example([ODD])
@example([("x" * 33_000, *ODD[1:]), (None,) * len(ODD)])
def test_a_row_holds_what_the_library_would_have_written(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("rows")
    columns = tuple(Column(f"c{place}", kind=kind) for place, kind in enumerate(IN_A_CELL))
    named = [dict(zip([column.name for column in columns], row, strict=True)) for row in rows]
    ours = written(of(*columns, rows=named), folder / "ours.xlsx")["rows"]
    theirs = openpyxl.load_workbook(by_the_library(folder / "theirs.xlsx", columns, rows, ZONE))["rows"]
    for line in range(2, len(rows) + 2):
        for place in range(1, len(columns) + 1):
            mine, other = ours.cell(line, place), theirs.cell(line, place)
            assert (mine.value, mine.data_type) == (other.value, other.data_type), mine.coordinate
            if other.value is not None:
                assert mine.number_format == other.number_format, mine.coordinate


# The file itself


def test_the_same_document_gives_the_same_bytes(tmp_path, language):
    for name in ("a.xlsx", "b.xlsx"):
        workbook.write(month(), tmp_path / name, ZONE, CREATED)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    read = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert read.properties.created == CREATED.replace(tzinfo=None) == read.properties.modified


ANEW = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo
sys.path.insert(0, sys.argv[1])
from sample_report import month
from svcdesk.render import workbook
workbook.write(month(), Path(sys.argv[2]), ZoneInfo("Asia/Shanghai"), datetime(2026, 11, 3, 1, 2, 3, tzinfo=UTC))
"""


def test_another_process_gives_the_same_bytes(tmp_path):
    for seed in "12":
        command = [sys.executable, "-c", ANEW, str(Path(__file__).parents[1]), str(tmp_path / f"{seed}.xlsx")]
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed, "TZ": f"UTC-{seed}"}, check=True)
    assert (tmp_path / "1.xlsx").read_bytes() == (tmp_path / "2.xlsx").read_bytes()


def test_sheet_names_are_made_unique_and_allowed(tmp_path):
    names = ["a" * 40, "a" * 41, "A" * 50, "x[1]:*?/\\", "charts", "'", "monthly"]
    document = Document(
        "monthly", "一", [], (), sheets=tuple(Table(name, name, (Column("what"),), []) for name in names)
    )
    made = written(document, tmp_path / "r.xlsx").sheetnames
    assert len({name.lower() for name in made}) == 8 and all(0 < len(name) <= 31 for name in made)
    assert not any(re.search(r"[\[\]:*?/\\]", name) for name in made)


def test_what_a_sheet_cannot_hold_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)
    workbook.write(of(Column("what"), rows=[{"what": 1}] * 2), tmp_path / "r.xlsx", ZONE, CREATED)
    with pytest.raises(BadInput):
        workbook.write(of(Column("what"), rows=[{"what": 1}] * 3), tmp_path / "r.xlsx", ZONE, CREATED)


def test_a_document_of_nothing_but_a_title_is_a_workbook(tmp_path):
    assert written(Document("staff", "一", [], ()), tmp_path / "r.xlsx").sheetnames == ["人员情况"]
    empty = Document("staff", "一", [], (Table("t", "", (Column("what"),), []),), (Chart("c", "c", "line", [], []),))
    assert written(empty, tmp_path / "r.xlsx").sheetnames == ["人员情况", "图表"]


def test_a_long_table_repeats_its_header_and_a_broad_one_lies_across(tmp_path):
    columns = tuple(Column(f"c{n}", kind="money") for n in range(15))
    rows = [{f"c{n}": "1.00" for n in range(15)} for _ in range(40)]
    sheet = written(Document("projects", "一", [], (Table("t", "t", columns, rows),)), tmp_path / "r.xlsx").worksheets[
        0
    ]
    assert sheet.print_title_rows == f"${find(sheet, 'c3').row}:${find(sheet, 'c3').row}"
    assert sheet.page_setup.orientation == "landscape"


def test_columns_are_as_wide_as_what_stands_in_them(book):
    sheet = book.worksheets[2]
    widths = {key: dimension.width for key, dimension in sheet.column_dimensions.items()}
    assert widths["G"] >= 22 and widths["C"] >= 20


def test_the_workbook_is_written_without_loading_the_writer_before(tmp_path):
    code = "import sys, svcdesk.render.workbook, svcdesk.render.html; print({'xlsxwriter', 'xml'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.strip() == "set()"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="no office suite here")
def test_an_office_suite_opens_it_and_shows_no_hashes(tmp_path):
    workbook.write(month(), tmp_path / "r.xlsx", ZONE, CREATED)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        ["soffice", "--headless", profile, "--convert-to", "pdf", "r.xlsx"],
        cwd=tmp_path, check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    assert (tmp_path / "r.pdf").stat().st_size > 10_000
    if shutil.which("pdftotext"):
        said = subprocess.run(
            ["pdftotext", "-layout", "r.pdf", "-"], cwd=tmp_path, check=True, capture_output=True
        ).stdout
        assert b"###" not in said and b"42,605.90" in said


def test_what_is_signed_and_its_annex_stand_on_a_page_each(tmp_path):
    """As LibreOffice showed: the form ran over to a second page, and a table of the annex was split."""
    columns = tuple(Column(f"c{n}", kind="money") for n in range(12))
    tables = tuple(Table(f"t{n}", f"t{n}", columns, [{"c0": "1.00"}] * 9) for n in range(5))
    made = written(Document("monthly", "一", [], tables, signatures=("制表人",), front=2), tmp_path / "r.xlsx")
    for sheet in made.worksheets:
        assert sheet.sheet_properties.pageSetUpPr.fitToPage and (sheet.page_setup.fitToHeight or 1) == 1
        assert sheet.page_setup.orientation != "landscape"


def test_a_row_is_as_high_as_its_text_needs(tmp_path):
    rows = [{"a": "短"}, {"a": "很长的说明" * 20}]
    sheet = written(of(Column("a"), rows=rows), tmp_path / "r.xlsx").worksheets[-1]
    assert sheet.row_dimensions[2].height is None and sheet.row_dimensions[3].height > 90
