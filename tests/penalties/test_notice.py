"""The notice to the person concerned, in both formats that are printed."""

from html.parser import HTMLParser

import pytest
from conftest import copied


class Parts(HTMLParser):
    """The text of each tag in order."""

    def __init__(self):
        super().__init__()
        self.parts, self.open = [], []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert tag == self.open.pop() if tag not in ("html", "body", "head") else True

    def handle_data(self, data):
        if data.strip():
            self.parts.append((self.open[-1], data))


@pytest.fixture
def noticed(rehearsed, tmp_path):
    return copied(rehearsed, tmp_path)


def test_the_html_says_what_the_markdown_says(noticed):
    marked = noticed.run("penalty", "notice", "P2").stdout
    read = Parts()
    read.feed(noticed.run("penalty", "notice", "P2", "-f", "html").stdout)
    headings = [text for tag, text in read.parts if tag == "h2"]
    assert [f"## {text}" for text in headings] == [line for line in marked.splitlines() if line.startswith("## ")]
    assert len(headings) == 7
    said = " ".join(text for tag, text in read.parts if tag == "p")
    assert "李娜" in said and "50.00" in said
    assert ("h1", marked.splitlines()[0].removeprefix("# ")) in read.parts
    assert read.parts[-1] == ("footer", marked.splitlines()[-1])


def test_what_was_typed_is_no_markup(noticed):
    noticed.run("conduct", "record", "W02", "disobedience", "--note", "<b>拒绝</b>")
    noticed.run("penalty", "check", "--record", "--month", "2026-10")
    page = noticed.run("penalty", "notice", "P9", "-f", "html").stdout
    assert "&lt;b&gt;拒绝&lt;/b&gt;" in page and "<b>" not in page
