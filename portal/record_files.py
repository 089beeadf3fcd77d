"""The copy of a record as a file: JSON for programs, PDF for people."""

import json
from datetime import datetime

import font_source_sans_pro as letters
from django.core.serializers.json import DjangoJSONEncoder
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from patients.models import Patient
from portal.record_copy import Copied, copy_of

SCHEMA = 1
FAMILY = "Source Sans"
LONG = 90  # signs; a longer text gets a line of its own
LEFT_OUT = "Psychotherapy notes that a therapist keeps apart are not part of this copy."


def as_json(patient: Patient, at: datetime) -> bytes:
    """{"schema", "made_at", "practice", "mrn", "left_out", "parts": [{"title", "rows": [{field: value}]}]}."""
    told = {"schema": SCHEMA, "made_at": at, "practice": patient.practice.name, "mrn": patient.mrn}
    parts = [{"title": part.title, "rows": [_values(row) for row in part.rows]} for part in copy_of(patient)]
    whole = told | {"left_out": LEFT_OUT, "parts": parts}
    return json.dumps(whole, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1).encode()


def _values(row) -> dict:
    return {name: value for name, _, value, _ in row}


class _Document(FPDF):
    """Pages with the patient's number and a page number at the foot."""

    def __init__(self, foot: str):
        super().__init__(format="letter")
        self.foot = foot
        self.set_margin(18)
        self.set_auto_page_break(True, 18)
        self.add_font(FAMILY, "", letters.font_files_ttf["SourceSansPro"])
        self.add_font(FAMILY, "B", letters.font_files_ttf["SourceSansProSemibold"])
        self.alias_nb_pages()
        self.add_page()

    def footer(self) -> None:
        self.set_y(-12)
        self.set_font(FAMILY, "", 8)
        self.cell(0, 5, f"{self.foot} · page {self.page_no()} of {{nb}}", align="C")

    def line_of(self, text: str, size: float, style: str = "", after: float = 0) -> None:
        self.set_font(FAMILY, style, size)
        self.multi_cell(0, size * 0.46, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(after)


def as_pdf(patient: Patient, at: datetime) -> bytes:
    """A PDF/1.7 on letter paper; texts in Latin, Greek and Cyrillic letters."""
    made = f"{at:%Y-%m-%d}"
    document = _Document(f"{patient.practice.name} · {patient.mrn} · {made}")
    document.set_title(f"Copy of the record {patient.mrn}")
    document.set_lang("en")
    document.line_of("Copy of your record", 18, "B", 1)
    document.line_of(f"{patient.given_name} {patient.family_name} · {patient.mrn}", 12, after=1)
    document.line_of(f"Made on {made} by {patient.practice.name}. {LEFT_OUT}", 10, after=4)
    for part in copy_of(patient):
        _write(document, part)
    return bytes(document.output())


def _write(document: _Document, part: Copied) -> None:
    document.line_of(part.title, 13, "B", 1)
    document.set_font(FAMILY, "", 9.5)
    for row in part.rows:
        document.multi_cell(0, 4.6, _paragraph(row), markdown=True, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        document.ln(1.6)
    document.ln(2)


def _paragraph(row) -> str:
    """One row: short values one after the other, each long text on a line of its own; a time is said once."""
    lines, said = [""], set()
    for name, label, _, text in row:
        if name.endswith("_at") and text in said:
            continue
        said.add(text)
        piece = f"**{label}:** {_unmarked(text)}"
        if len(text) > LONG or "\n" in text:
            lines += [piece, ""]
        else:
            lines[-1] += f" · {piece}" if lines[-1] else piece
    return "\n".join(line for line in lines if line)


def _unmarked(text: str) -> str:
    """The text with the signs that would be read as bold or italic kept as they are."""
    return text.replace("**", "* *").replace("__", "_ _").replace("--", "- -")


KINDS = {"pdf": as_pdf, "json": as_json}
HANDED = {"patient": "The patient", "representative": "Somebody the patient named in writing"}
