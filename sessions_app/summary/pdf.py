"""The summary as a PDF on letter paper: one to two pages for a usual session, every page with patient and page x of y.

Black on white and nothing told by colour alone. An unsigned session is marked as a draft on every page. The last
column of each table holds the first eight signs of the row's id, by which the API names the same event.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import font_source_sans_pro as letters
from fpdf import FPDF
from fpdf.enums import TableBordersLayout, TableHeadingsDisplay, XPos, YPos
from fpdf.fonts import FontFace

from accounts.actor import Actor
from common.templatetags.ui import decimal_trim, mg, t_plus
from dosing.proposed_dose import show
from sessions_app.summary.content import Summary, SummaryLine
from sessions_app.summary.pdf_chart import ChartPen
from sessions_app.summary.readings import SummaryReading

FAMILY = "Source Sans"
WIDTH, MARGIN, FOOT = 216, 12, 15  # mm, letter paper
CHART_WIDTH = 150
BODY, SMALL, HEAD = 7.6, 6.6, 10
GREY = 110
HEADINGS = FontFace(emphasis="BOLD", size_pt=SMALL)
FADED = FontFace(color=GREY)
REF = 8


def as_pdf(summary: Summary, by: Actor) -> bytes:
    """The whole summary; `by` is who prints it."""
    sheet = Sheet(summary, by)
    sheet.add_page()
    for part in (_head, _order, _drug, _vitals, _alarms, _adverse, _course, _before, _leaving, _staff, _end):
        part(sheet, summary)
    return bytes(sheet.output())


class Sheet(FPDF):
    """Pages with the patient at the head, and who printed it and the page's number at the foot."""

    def __init__(self, summary: Summary, by: Actor):
        super().__init__(format="letter")
        self.zone = ZoneInfo(summary.session.practice.time_zone)
        session, patient = summary.session, summary.session.patient
        self.about = (
            f"{patient.name} · MRN {patient.mrn} · born {patient.birth_date:%Y-%m-%d} · session {summary.place}"
        )
        self.foot = f"{session.practice.name} · printed by {by.name} on {self.moment(summary.at)}"
        self.is_draft = summary.is_draft
        self.set_margin(MARGIN)
        self.set_auto_page_break(True, FOOT)
        self.add_font(FAMILY, "", letters.font_files_ttf["SourceSansPro"])
        self.add_font(FAMILY, "B", letters.font_files_ttf["SourceSansProSemibold"])
        self.alias_nb_pages()
        self.set_title(f"Session {summary.place}, {patient.mrn}")
        self.set_lang("en")

    def header(self) -> None:
        if self.is_draft:
            self.set_font(FAMILY, "B", 8)
            self.cell(0, 4.4, "DRAFT: this session is not signed", border=1, align="C", new_x="LMARGIN", new_y="NEXT")
        if self.page_no() > 1:
            self.line_of(self.about, SMALL)
            self.ln(1)

    def footer(self) -> None:
        self.set_y(-11)
        self.set_font(FAMILY, "", SMALL)
        draft = " · DRAFT" if self.is_draft else ""
        self.cell(0, 4, f"{self.foot} · page {self.page_no()} of {{nb}}{draft}", align="C")

    # Words

    def moment(self, at: datetime | None) -> str:
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M %Z}" if at else "—"

    def clock(self, at: datetime | None) -> str:
        return f"{at.astimezone(self.zone):%H:%M}" if at else "—"

    # Shapes

    def line_of(self, text: str, size: float = BODY, style: str = "") -> None:
        self.set_font(FAMILY, style, size)
        self.multi_cell(0, size * 0.46, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def title_of(self, text: str, keep_mm: float = 16) -> None:
        """A heading that is not left alone at the foot of a page."""
        if self.will_page_break(keep_mm):
            self.add_page()
        self.ln(1.6)
        self.line_of(text, HEAD, "B")

    def facts(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Label and value, one after the other; a pair that fits on a line is not broken."""
        for label, value in pairs:
            if not value:
                continue
            self.set_font(FAMILY, "B", BODY)
            wide = self.get_string_width(f"{label} ")
            self.set_font(FAMILY, "", BODY)
            wide += self.get_string_width(value) + 1
            if self.get_x() + wide > self.w - self.r_margin and self.get_x() > self.l_margin:
                self.ln(3.6)
            self.set_font(FAMILY, "B", BODY)
            self.write(3.6, f"{label} ")
            self.set_font(FAMILY, "", BODY)
            self.write(3.6, f"{value}   ")
        self.ln(3.8)

    def grid(
        self, headings: Sequence[str], widths: Sequence[float], rows: Iterable[tuple[Sequence[str], bool]]
    ) -> None:
        """A table whose headings stand on every page again; `rows` are (cells, is_faded)."""
        self.set_font(FAMILY, "", SMALL)
        self.set_draw_color(190)
        self.set_line_width(0.1)
        with self.table(
            col_widths=tuple(widths),
            line_height=2.9,
            padding=(0.35, 0.6),
            align="L",
            text_align="L",
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=HEADINGS,
            repeat_headings=TableHeadingsDisplay.ON_TOP_OF_EVERY_PAGE,
        ) as table:
            table.row(headings)
            for cells, is_faded in rows:
                table.row(cells, style=FADED if is_faded else None)
        self.set_draw_color(0)


def _head(sheet: Sheet, summary: Summary) -> None:
    session, patient = summary.session, summary.session.patient
    sheet.line_of("Session summary", 15, "B")
    sheet.line_of(sheet.about, 10, "B")
    pairs = [
        ("Practice", _of_practice(session.practice)),
        ("Sex at birth", patient.get_sex_at_birth_display()),
        ("Indication", session.series.get_indication_display()),
        ("Route", summary.route_label),
        ("State", summary.state.label),
        ("Planned", sheet.moment(session.scheduled_for)),
        ("Room", session.room.name if session.room else ""),
        ("First dose (T+0:00)", sheet.moment(session.first_dose_at) if session.first_dose_at else "none given"),
        ("Ended", sheet.moment(session.ended_at) if session.ended_at else ""),
    ]
    sheet.facts(pairs)
    stop = summary.early_stop
    if stop:
        sheet.line_of(f"Stopped early {sheet.clock(stop.occurred_at)}: {stop.values['reason']}", BODY, "B")
    if summary.left_out:
        sheet.line_of(summary.left_out, BODY, "B")


def _of_practice(practice) -> str:
    return ", ".join(part for part in (practice.name, practice.address, practice.phone) if part)


def _order(sheet: Sheet, summary: Summary) -> None:
    order = summary.order
    if order is None:
        return
    sheet.title_of("Order and limits")
    sheet.facts([("Order", f"version {order.version}: {summary.order_words}"), ("Limits", summary.limit_words)])
    sheet.facts([("Signed by", f"{order.signed_by.user.full_name}, {sheet.moment(order.signed_at)}")])


def _drug(sheet: Sheet, summary: Summary) -> None:
    if not summary.reads_drug:
        return
    sheet.title_of("Drug")
    if not summary.drug:
        sheet.line_of("Nothing was given.")
        return
    sheet.grid(LINE_HEADINGS, LINE_WIDTHS, (_line(sheet, line) for line in summary.drug))
    for account in summary.doses:
        if account.working:
            number = account.dose.values["number"]
            recorded = f"; recorded {show(account.given_mg)} mg" if account.given_mg is not None else "; it still runs"
            differs = " DIFFERS from the rate history" if account.differs else ""
            sheet.line_of(f"Infusion {number} by its rate history: {account.working}{recorded}{differs}")
    totals = summary.totals
    if totals:
        left = f" + NOT ACCOUNTED FOR {mg(totals.open_mg)}" if totals.open_mg else ""
        parts = (totals.drawn_mg, totals.given_mg, totals.wasted_mg, totals.returned_mg)
        drawn, given, wasted, returned = (mg(one) for one in parts)
        sheet.ln(0.8)
        sheet.line_of(f"Drawn {drawn} = given {given} + wasted {wasted} + returned {returned}{left}", 9, "B")


LINE_HEADINGS = ("T+", "Time", "What", "Details", "Recorded by", "Row")
LINE_WIDTHS = (11, 10, 48, 74, 33, 16)


def _line(sheet: Sheet, line: SummaryLine) -> tuple[Sequence[str], bool]:
    title = f"{line.title} (corrected later)" if line.is_corrected else line.title
    late = f" · late entry: {line.late_reason}" if line.late_reason else ""
    cells = (t_plus(line.minutes), sheet.clock(line.at), title, line.text, f"{line.who}{late}", str(line.id)[:REF])
    return cells, line.is_corrected


def _vitals(sheet: Sheet, summary: Summary) -> None:
    if not summary.reads_vitals:
        return
    sheet.title_of("Vital signs")
    if summary.chart is not None:
        pen = ChartPen(sheet, summary.chart, left=MARGIN, top=0, width=CHART_WIDTH, family=FAMILY)
        if sheet.will_page_break(pen.height):
            sheet.add_page()
        pen.top = sheet.get_y()
        sheet.set_y(pen.top + pen.draw() + 1)
        sheet.line_of(
            "Triangle: dose. Circle: event. Filled square: critical. Cross: not taken. Dashed line: diastolic.", SMALL
        )
    if not summary.readings:
        sheet.line_of("No reading was taken.")
        return
    sheet.grid(READING_HEADINGS, READING_WIDTHS, (_reading(sheet, row) for row in summary.readings))


READING_HEADINGS = ("T+", "Time", "BP mmHg", "HR", "SpO2 %", "RR", "°C", "MOAA/S", "Dissociation", "Severity")
READING_HEADINGS += ("Note and by whom", "Row")
READING_WIDTHS = (11, 10, 15, 9, 13, 8, 9, 13, 17, 19, 52, 16)


def _reading(sheet: Sheet, row: SummaryReading) -> tuple[Sequence[str], bool]:
    told = row.values
    correction = "correction" if row.is_correction else ""
    late = f"late entry: {row.late_reason}" if row.late_reason else ""
    cells = (
        t_plus(row.minutes),
        sheet.clock(row.at),
        row.pressure or "—",
        _number(told.heart_rate_bpm),
        f"{_number(told.spo2_pct)}{' O2' if told.on_oxygen else ''}",
        _number(told.respiratory_rate),
        _number(told.temperature_c),
        _number(told.moaas),
        row.dissociation or "—",
        row.word,
        " · ".join(part for part in (correction, row.note, row.by, late) if part),
        str(row.id)[:REF],
    )
    return cells, row.is_corrected


def _number(value) -> str:
    return str(decimal_trim(value))


def _alarms(sheet: Sheet, summary: Summary) -> None:
    if not summary.alarms and not summary.answers:
        return
    sheet.title_of("Alarms")
    for alarm in summary.alarms:
        row = alarm.reading
        words = " ".join(alarm.sentences)
        left = " NOT ANSWERED: nobody said what was done." if alarm.is_unanswered else ""
        sheet.line_of(f"{t_plus(row.minutes)} ({sheet.clock(row.at)}): {words}{left}")
    if summary.answers:
        sheet.grid(LINE_HEADINGS, LINE_WIDTHS, (_line(sheet, line) for line in summary.answers))


def _adverse(sheet: Sheet, summary: Summary) -> None:
    if not summary.reads_clinical:
        return
    sheet.title_of("Adverse events")
    if not summary.adverse:
        sheet.line_of("None recorded.")
        return
    sheet.grid(LINE_HEADINGS, LINE_WIDTHS, (_line(sheet, line) for line in summary.adverse))


def _course(sheet: Sheet, summary: Summary) -> None:
    sheet.title_of("Course of the session")
    sheet.grid(LINE_HEADINGS, LINE_WIDTHS, (_line(sheet, line) for line in summary.course))


def _before(sheet: Sheet, summary: Summary) -> None:
    arrival = summary.check_in
    if arrival is None and not summary.decisions:
        return
    sheet.title_of("Before the dose")
    yes = {True: "confirmed", False: "NOT confirmed"}
    if arrival is not None:
        pairs = [
            ("Checked in", f"{sheet.moment(arrival.occurred_at)} by {arrival.recorded_by.user.full_name}"),
            ("Identity", yes[arrival.identity_confirmed]),
            ("Fasting", yes[arrival.fasting_confirmed]),
            ("Ride home", yes[arrival.escort_confirmed]),
            ("Weight", f"{decimal_trim(arrival.weight_kg)} kg"),
        ]
        if summary.reads_clinical:
            changed = f"changed: {arrival.medicines_note}" if arrival.medicines_changed else "unchanged"
            pairs += [("Medicines", changed), ("Note", arrival.note)]
        sheet.facts(pairs)
    for row in summary.decisions:
        by = f"{row.recorded_by.user.full_name}, {row.recorded_as}, {sheet.clock(row.occurred_at)}"
        sheet.line_of(f"Went on although: {row.sentence} Reason: {row.reason} ({by})")


def _leaving(sheet: Sheet, summary: Summary) -> None:
    left = summary.discharge
    if left is None:
        return
    sheet.title_of("Leaving")
    how = "AGAINST ADVICE" if left.is_against_advice else "every criterion met"
    by = f"{left.recorded_by.user.full_name}, {left.recorded_as}"
    pairs = [("Left", f"{sheet.moment(left.occurred_at)}, {how}"), ("Escort", left.escort_name or "nobody")]
    sheet.facts([*pairs, ("Released by", by)])
    if summary.reads_clinical:
        sheet.facts(summary.asked)
        if left.is_against_advice:
            who = left.prescriber.user.full_name if left.prescriber else ""
            sheet.facts([("Not met", ", ".join(left.unmet)), ("Reason", left.advice_reason), ("Prescriber", who)])


def _staff(sheet: Sheet, summary: Summary) -> None:
    if not summary.roster:
        return
    sheet.title_of("Staff")
    told = []
    for entry in summary.roster:
        until = f"to {sheet.clock(entry.left_at)}" if entry.left_at else ""
        told.append(
            (f"{entry.get_duty_display()}:", f"{entry.membership.user} from {sheet.clock(entry.joined_at)} {until}")
        )
    sheet.facts(told)


def _end(sheet: Sheet, summary: Summary) -> None:
    session = summary.session
    if summary.addenda:
        sheet.title_of("Added after the signature")
        for row in summary.addenda:
            sheet.line_of(
                f"{sheet.moment(row.recorded_at)}, {row.recorded_by.user.full_name}: {row.text} Why: {row.reason}"
            )
    sheet.title_of("Signature", keep_mm=24)
    if summary.is_draft:
        sheet.line_of("Not signed. This is a draft.", BODY, "B")
        return
    sheet.line_of(
        f"Signed by {session.signed_by.user} on {sheet.moment(session.signed_at)}: the record of this session is "
        "complete and correct."
    )
    sheet.line_of(f"SHA-256 of what was signed: {session.content_sha256}", SMALL)
    if summary.review is not None:
        by = summary.review.recorded_by.user.full_name
        sheet.line_of(f"Dosing reviewed by {by} on {sheet.moment(summary.review.occurred_at)}.")
