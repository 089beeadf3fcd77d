from decimal import Decimal as D

from fpdf import FPDF

from common.svg.vitals_chart import Limit, Reading, build
from sessions_app.summary.pdf_chart import ChartPen


class Sheet(FPDF):
    """Remembers where letters were set, as (text, left, right, foot) in mm."""

    def __init__(self):
        super().__init__()
        self.add_page()
        self.set_texts = []

    def text(self, x, y, text=""):
        self.set_texts.append((text, x, x + self.get_string_width(text), y))
        super().text(x, y, text)


def test_no_limit_is_written_over_the_name_of_its_lane():
    values = [D(120), D(80), D(70), D(98)]
    chart = build([Reading(0, *values), Reading(40, *values)], limits=[Limit("systolic_mmhg", D(180), "180")])
    sheet = Sheet()
    ChartPen(sheet, chart, left=10, top=10, width=180, family="helvetica").draw()
    limits = [one for one in sheet.set_texts if one[0].startswith("limit")]
    assert limits
    for _, left, right, foot in limits:
        for text, start, end, line in sheet.set_texts:
            apart = abs(foot - line) > 2 or end < left or right < start or text.startswith("limit")
            assert apart, f"a limit is written over {text}"
