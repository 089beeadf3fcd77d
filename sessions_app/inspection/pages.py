"""PDF pages of the pack. Each page prints the SHA-256 of its rows and of the page before, so that a page that was
exchanged or left out shows. A document has at most 200 pages, so that memory does not grow with the years."""

import gc
import hashlib
from collections.abc import Iterator
from itertools import islice

import font_source_sans_pro as letters
from fpdf import FPDF

from common.csv_safe import safe_cell
from sessions_app.inspection.sections import Section

FAMILY = "Source Sans"
ROWS_ON_PAGE = 30
PAGES_IN_FILE = 200
FIRST = "0" * 64
WIDTH, LINE = 258, 5.4  # mm, letter paper on its side
LONGEST = 60


class Pages:
    """Writes one section into PDF documents; `hashes` are (file, page, SHA-256) of every page so far."""

    def __init__(self, head: str, made: str):
        self.head, self.made = head, made
        self.hashes: list[tuple[str, int, str]] = []
        self.last = FIRST

    def documents(self, section: Section, tick) -> Iterator[tuple[str, bytes]]:
        """(name, PDF) one after the other; `tick(rows)` after each page."""
        places = [section.headings.index(name) for name in section.short]
        rows = ([safe_cell(row[place])[:LONGEST] for place in places] for row in section.rows())
        some = list(islice(rows, ROWS_ON_PAGE))
        number = 0
        while some or not number:
            number += 1
            document, name, pages = self._document(section), f"{section.name}-{number:03}.pdf", 0
            while pages < PAGES_IN_FILE and (some or not pages):
                pages += 1
                self._page(document, section, some, name, pages)
                tick(len(some))
                some = list(islice(rows, ROWS_ON_PAGE))
            content = bytes(document.output())
            del document
            if pages == PAGES_IN_FILE:  # a document refers to itself: its pages stay until somebody looks for garbage
                gc.collect()
            yield name, content

    def _document(self, section: Section) -> FPDF:
        document = FPDF(orientation="L", format="letter")
        document.set_margin(10)
        document.set_auto_page_break(False)
        document.add_font(FAMILY, "", letters.font_files_ttf["SourceSansPro"])
        document.add_font(FAMILY, "B", letters.font_files_ttf["SourceSansProSemibold"])
        document.set_title(section.title)
        document.set_lang("en")
        return document

    def _page(self, document: FPDF, section: Section, rows: list[list[str]], name: str, page: int) -> None:
        digest = page_hash(self.last, section.short, rows)
        document.add_page()
        document.set_font(FAMILY, "B", 13)
        document.cell(0, 7, section.title, new_x="LMARGIN", new_y="NEXT")
        document.set_font(FAMILY, "", 8)
        document.cell(0, 4, self.head, new_x="LMARGIN", new_y="NEXT")
        document.ln(1)
        widths = column_widths(section.short, rows)
        document.set_font(FAMILY, "B", 7)
        self._line(document, section.short, widths, border="B")
        document.set_font(FAMILY, "", 7)
        for row in rows:
            self._line(document, row, widths)
        if not rows:
            document.cell(0, 8, "Nothing in this period.")
        document.set_y(-16)
        document.set_font(FAMILY, "", 7)
        document.cell(0, 4, f"{name} · page {page} · {self.made}", new_x="LMARGIN", new_y="NEXT")
        document.cell(0, 4, f"SHA-256 of this page and the one before: {digest}")
        self.last = digest
        self.hashes.append((name, page, digest))

    def _line(self, document: FPDF, cells, widths: list[float], border=0) -> None:
        for text, width in zip(cells, widths, strict=True):
            document.cell(width, LINE, fitted(document, text, width - 1), border=border)
        document.ln(LINE)


def page_hash(before: str, headings, rows: list[list[str]]) -> str:
    """SHA-256 over the page before, the headings and each row, tab and line-feed separated."""
    text = "\n".join([before, "\t".join(headings), *("\t".join(row) for row in rows)])
    return hashlib.sha256(text.encode()).hexdigest()


def column_widths(headings, rows: list[list[str]]) -> list[float]:
    """Mm for each column, by the longest word in it, at least enough for ten signs."""
    longest = [min(30, max([len(name), *(len(row[place]) for row in rows)])) for place, name in enumerate(headings)]
    return [WIDTH * max(6, length) / sum(max(6, one) for one in longest) for length in longest]


def fitted(document: FPDF, text: str, width: float) -> str:
    """The text, or its beginning with an ellipsis where it is wider than its column; the CSV has all of it."""
    if document.get_string_width(text) <= width:
        return text
    while text and document.get_string_width(f"{text}…") > width:
        text = text[:-1]
    return f"{text}…"
