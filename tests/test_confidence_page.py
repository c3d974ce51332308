"""The page on confidence names every reason that the program gives."""

from pathlib import Path

from recognizer.calibration.reasons import WORDS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "confidence.md"


def test_every_reason_stands_on_the_page() -> None:
    page = PAGE.read_text("utf-8")
    assert [reason for reason in WORDS if f"`{reason}`" not in page] == []
