"""What a user may ask of the journey besides its source: one value that goes along with a document, and is stated in its JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from recognizer.errors import UsageError
from recognizer.language import either

MAX_ERROR = 0.02  # share of wrong facts among those accepted unseen, unless the user says otherwise


@dataclass(frozen=True, slots=True)
class Options:
    """`layout`: the engines that lay out pages; `without_checks`: checks that are not made; `max_error`: the error budget, the
    share of wrong facts that is tolerable among those accepted unseen."""

    layout: str = "native"
    without_checks: tuple[str, ...] = ()
    max_error: float = MAX_ERROR

    def stated(self) -> tuple[tuple[str, str], ...]:
        """The options as texts by name, those that differ from what is usual and the layout."""
        checks = (("without_checks", ",".join(sorted(self.without_checks))),) if self.without_checks else ()
        budget = (("max_error", f"{self.max_error:g}"),) if self.max_error != MAX_ERROR else ()
        return (("layout", self.layout), *checks, *budget)


USUAL = Options()


def chosen_of(stated: Iterable[tuple[str, str]]) -> Options:
    """The options that were `stated`."""
    texts: Mapping[str, str] = dict(stated)
    return Options(
        texts.get("layout", "native"), tuple(filter(None, texts.get("without_checks", "").split(","))),
        float(texts.get("max_error", MAX_ERROR)))


def share_of(text: str) -> float:
    """The share that a text such as `1%` or `0.01` says. Raises UsageError for one that is none between 0 and 1."""
    try:
        number = float(text.strip().rstrip("%％")) / (100 if text.strip().endswith(("%", "％")) else 1)
    except ValueError:
        number = -1.0
    if not 0 < number < 1:
        raise UsageError(either(f"not a share of errors: {text!r}", f"不是错误比例：{text!r}"), stage="check",
                         hint=either("write it as 1% or as 0.01", "写作 1% 或 0.01"))
    return number
