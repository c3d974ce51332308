"""Numbers as displayed: what a spreadsheet shows for a value and a format code is what is read."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognizer.reading.number_format import displayed, general

ACCOUNTS = '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ '


@pytest.mark.parametrize(("value", "code", "text"), [
    (0.95, "0%", "95%"),
    (0.955, "0.0%", "95.5%"),
    (1234567.5, "#,##0.00", "1,234,567.50"),
    (-1234.5, "#,##0.00", "-1,234.50"),
    (48, "0.00", "48.00"),
    (12.5, '0.00"万元"', "12.50万元"),
    (5, '"≥"0"次"', "≥5次"),
    (1234, "[$¥-804]#,##0.00", "¥1,234.00"),
    (-5, "0_);[Red](0)", "(5)"),
    (0, ACCOUNTS, "-"),
    (7, ACCOUNTS, "7.00"),
    (12345678, "#,##0,", "12,346"),
    (12345.678, "0.00E+00", "1.23E+04"),
    (13800138000, "000-0000-0000", "138-0013-8000"),
    (5, '[>=10]0"多";[<10]0"少"', "5少"),
    (1.005, "0.00", "1.01"),  # the decimal that was typed, not the binary fraction that is stored
    (2.675, "0.00", "2.68"),
    (0.256, ".00", ".26"),
    (48, "General", "48"),
    (0.1 + 0.2, "General", "0.3"),
    (1 / 3, "General", "0.333333333"),
    (0.00001234, "General", "1.234E-05"),
    (123456789012, "General", "123456789012"),
    (0.5, "# ?/?", "0.5"),
    ("≥95%", "0.00", "≥95%"),
    ("甲", '0;0;0;"第"@', "第甲"),
    (True, "General", "TRUE"),
    (None, "0.00", ""),
    (datetime(2023, 12, 5), 'yyyy"年"m"月"d"日"', "2023年12月5日"),
    (datetime(2023, 12, 5), "yyyy-mm-dd", "2023-12-05"),
    (datetime(2023, 12, 5, 13, 4), "yyyy/m/d h:mm", "2023/12/5 13:04"),
    (datetime(2023, 1, 1), "yyyy;@", "2023"),
    (datetime(2023, 12, 5), "[$-804]aaaa", "星期二"),
    (time(13, 4, 5), '上午/下午h"时"mm"分"', "下午1时04分"),
    (timedelta(hours=30), "[h]:mm:ss", "30:00:00"),
])
def test_what_a_spreadsheet_displays(value: object, code: str, text: str) -> None:
    assert displayed(value, code) == text


@given(st.integers(-10**14, 10**14), st.integers(0, 4))
def test_a_number_of_decimals_is_shown_whole(number: int, decimals: int) -> None:
    exact = Decimal(number).scaleb(-decimals)
    if len(str(abs(number))) > 14:
        return
    text = displayed(float(exact), f"#,##0.{'0' * decimals}" if decimals else "#,##0")
    assert Decimal(text.replace(",", "")) == exact
    assert all(len(part) == 3 for part in text.lstrip("-").partition(".")[0].split(",")[1:])


@given(st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=20))
def test_no_number_and_no_format_code_is_an_error(number: float, code: str) -> None:
    assert isinstance(displayed(number, code), str)


@given(st.floats(-1e10, 1e10))
def test_general_is_near_the_number(number: float) -> None:
    assert float(general(number)) == pytest.approx(number, rel=1e-4, abs=1e-9)
