"""The command line: what it teaches, which documents it finds, what it leaves behind, and how it ends."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import string
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import pytest

from recognizer.archive import Inventory
from recognizer.commands import main
from recognizer.commands.interruption import Interruption
from recognizer.commands.messages import _MESSAGES
from recognizer.commands.sources import Sources
from recognizer.errors import UsageError
from recognizer.exporting import TABLES, document_schema
from recognizer.resources import gold_folder, models_folder

ROOT = Path(__file__).parents[1]
DOCUMENTS = ROOT / "eval" / "documents"
SMALL = (DOCUMENTS / "000_9a213de64ab02e97.txt", DOCUMENTS / "002_3bf4b339ed407386.txt")
needs_model = pytest.mark.skipif(not any(models_folder().glob("*.npz")), reason="no model is trained yet")


_SLOW = re.compile(r"^\d+/\d+ · .*\n", re.MULTILINE)  # how far a run is, said every ten seconds: on a busy machine alone


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said but for how far it was."""

    status: int
    out: str
    err: str


def run(*arguments: object, **environment: str) -> Ended:
    """Runs the command line in a process of its own, as a user does."""
    done = subprocess.run(
        [sys.executable, "-c", "from recognizer.commands import main; main()", *map(str, arguments)], capture_output=True,
        text=True, encoding="utf-8", env={**os.environ, "LC_ALL": "C.UTF-8", "COLUMNS": "100", **environment}, check=False)
    return Ended(done.returncode, done.stdout, _SLOW.sub("", done.stderr))


@pytest.fixture
def run_here(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Runs the command line in this process, which is quicker."""

    def run_it(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["recognizer", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return Ended(int(ended.value.code or 0), out, _SLOW.sub("", err))

    return run_it


def write(path: Path, text: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_help_teaches_by_an_example_in_the_language_of_the_locale() -> None:
    english, chinese = run("digitize", "--help"), run("digitize", "--help", LC_ALL="zh_CN.UTF-8")
    assert english.status == chinese.status == 0
    for said in (english.out, chinese.out):
        assert "recognizer digitize" in said
        assert "--excel --jobs 4" in said
    assert "Examples:" in english.out
    assert "示例" in chinese.out
    assert "示例" not in english.out


@pytest.mark.parametrize("command", ["digitize", "train", "evaluate"])
def test_help_says_all_on_a_narrow_terminal_too(command: str) -> None:
    for locale in ("C.UTF-8", "zh_CN.UTF-8"):
        shown = run(command, "--help", LC_ALL=locale, COLUMNS="60")
        assert shown.status == 0
        assert "…" not in shown.out


def test_help_starts_without_the_heavy_libraries() -> None:
    code = ("import sys; sys.argv = ['recognizer', 'digitize', '--help']\n"
            "from recognizer.commands import main\n"
            "try: main()\n"
            "except SystemExit: pass\n"
            "print('LOADED', [name for name in ('numpy', 'pandas', 'sklearn', 'spacy', 'pyarrow') if name in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "LOADED []" in done.stdout


def test_every_message_says_the_same_in_both_languages() -> None:
    def blanks(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for key, (english, chinese) in _MESSAGES.items():
        assert blanks(english) == blanks(chinese), key


def test_version(run_here) -> None:
    ended = run_here("--version")
    assert ended.status == 0
    assert ended.out.startswith("recognizer ")


@pytest.mark.parametrize("arguments", [
    ["digitise"], ["digitize"], ["digitize", "SOURCE"], ["digitize", "SOURCE", "--out", "OUT", "--jobs", "0"],
    ["digitize", "SOURCE", "--out", "OUT", "--nonsense"], ["digitize", "SOURCE", "--out", "OUT", "--format", "doc"],
    ["digitize", "missing.pdf", "--out", "OUT"], ["digitize", "missing/*.pdf", "--out", "OUT"],
    ["digitize", "EMPTY", "--out", "OUT"], ["digitize", "SOURCE", "--out", "SOURCE"],
    ["digitize", "SOURCE", "--out", "SOURCE/below"]], ids=" ".join)
def test_bad_usage_ends_with_2_and_a_reason(tmp_path: Path, run_here, arguments: list[str]) -> None:
    (tmp_path / "EMPTY").mkdir()
    write(tmp_path / "SOURCE")
    named = [str(tmp_path / name) if name.startswith(("SOURCE", "OUT", "EMPTY")) else name for name in arguments]
    ended = run_here(*named)
    assert ended.status == 2
    assert ended.err.strip()
    assert "Traceback" not in ended.err
    assert not (tmp_path / "OUT").exists()


@pytest.mark.parametrize("options", [
    "jobs = ", "limits = 5", "[digitize]\nnonsense = 1", "[nonsense]\na = 1", "jobs = 1", "[digitize]\njobs = 'many'"])
def test_bad_options_file_ends_with_2(tmp_path: Path, run_here, monkeypatch: pytest.MonkeyPatch, options: str) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "recognizer.toml", options)
    ended = run_here("digitize", write(tmp_path / "a.txt"), "--out", tmp_path / "out")
    assert ended.status == 2
    assert "Traceback" not in ended.err


def test_a_folder_is_called_what_it_is_called(tmp_path: Path, run_here) -> None:
    """Square brackets are no markup in what a person has named."""
    out = tmp_path / "out [red]"
    assert run_here("digitize", write(tmp_path / "a [blue].txt", ""), "--out", out).status == 1
    shown = run_here("status", out)
    assert shown.status == 0
    assert "[red]" in shown.out
    assert "a [blue].txt" in shown.out


def test_options_can_stand_in_a_file(tmp_path: Path, run_here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "empty.txt", "")
    # Editors on Windows begin a file with a byte-order mark.
    write(tmp_path / "recognizer.toml", '\ufeff[digitize]\nsources = "*.txt"\nout = "results"\nexcel = true\nquiet = true\n')
    ended = run_here("digitize")
    assert (ended.status, ended.out) == (1, "")
    assert (tmp_path / "results" / "records.xlsx").exists()
    assert run_here("digitize", "--out", "elsewhere").status == 1
    assert (tmp_path / "elsewhere" / "records.xlsx").exists()


def names(given: list[object], out: Path) -> list[str]:
    with Inventory() as inventory:
        for found in Sources(map(str, given), out):
            inventory.add(found.path, found.folder)
        return sorted(name for name, _, _ in inventory.named())


def test_a_name_is_taken_as_it_is_before_it_is_taken_for_anything_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`~$` begins what office programs leave beside an open file: the shell's `*.docx` holds it too."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("~$form.docx", "~nobody.txt", "[2024].txt", "home/a.txt", "2.txt"):
        write(tmp_path / name)
    assert names(["~$form.docx", "~nobody.txt", "[2024].txt", "~/a.txt"], tmp_path / "out") == [
        "[2024].txt", "a.txt", "~$form.docx", "~nobody.txt"]
    sources = Sources(["~$missing.docx", "", "2.txt"], tmp_path / "out")
    assert [found.path for found in sources] == ["2.txt"]
    assert [failure.path for failure in sources.failures] == ["~$missing.docx", ""]


def test_folders_are_walked_but_for_what_is_hidden_or_output_or_no_document(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.md", "a/y.pdf", ".hidden.txt", ".git/c.txt", "out/documents/b.txt", "notes.json",
                 "~$b.docx"):
        write(tmp_path / name)
    os.mkfifo(tmp_path / "pipe")
    assert names([tmp_path], tmp_path / "out") == ["a/y.pdf", "a/z.md", "b.txt"]
    sources = Sources([str(tmp_path)], tmp_path / "out")
    assert len(list(sources)) == 3
    assert sources.passed_over == 2  # notes.json and the pipe


def test_results_beside_their_sources_are_not_taken_for_sources(tmp_path: Path) -> None:
    for name in ("b.txt", "records.csv", "records.xlsx", "failures.jsonl", "documents/b.txt.json", "sub/records.csv"):
        write(tmp_path / name)
    assert names([tmp_path], tmp_path) == ["b.txt", "sub/records.csv"]
    write(tmp_path / "documents" / "c.txt")
    assert names([tmp_path / "documents"], tmp_path) == ["c.txt"]


def test_globs_work_where_no_shell_expands_them(tmp_path: Path) -> None:
    for name in ("2023/a.txt", "2023/deep/b.txt", "2024/c.txt", "2024/d.pdf", "[x].txt"):
        write(tmp_path / name)
    assert names([tmp_path / "**" / "*.txt"], tmp_path / "out") == ["[x].txt", "a.txt", "b.txt", "c.txt"]
    assert names([tmp_path / "20*"], tmp_path / "out") == ["a.txt", "c.txt", "d.pdf", "deep/b.txt"]
    assert names([tmp_path / "[x].txt"], tmp_path / "out") == ["[x].txt"]


def test_colliding_names_get_a_top_folder_each(tmp_path: Path) -> None:
    for name in ("2023/anqing/a.txt", "2024/anqing/A.txt", "2024/anqing/b.txt"):
        write(tmp_path / name)
    assert names([tmp_path / "2023", tmp_path / "2024"], tmp_path / "out") == [
        "2023/anqing/a.txt", "2024/anqing/A.txt", "2024/anqing/b.txt"]
    assert names([tmp_path / "2023" / "anqing", tmp_path / "2024" / "anqing" / "b.txt"], tmp_path / "out") == ["a.txt", "b.txt"]
    assert names([tmp_path / "*" / "*" / "*.txt", tmp_path / "2023" / "anqing"], tmp_path / "out") == [
        "2023/anqing/a.txt", "2024/anqing/A.txt", "2024/anqing/b.txt"]


def test_something_missing_beside_documents_is_a_failure_of_its_own(tmp_path: Path) -> None:
    sources = Sources([str(write(tmp_path / "a.txt")), str(tmp_path / "gone.txt")], tmp_path / "out")
    assert len(list(sources)) == 1
    assert [error.path for error in sources.failures] == [str(tmp_path / "gone.txt")]
    with pytest.raises(UsageError):
        list(Sources([str(tmp_path / "gone.txt")], tmp_path / "out"))


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ended]:
    """The output folder of a run over two real documents, and how the run ended."""
    out = tmp_path_factory.mktemp("run") / "records"
    return out, run("digitize", *SMALL, "--out", out, "--excel")


@needs_model
def test_a_run_leaves_documents_and_tables_that_agree(finished: tuple[Path, Ended]) -> None:
    from recognizer import digitize

    out, ended = finished
    assert ended.status == 0, ended.err
    assert sorted(path.name for path in out.iterdir()) == sorted(
        ["documents", "pages", "run.sqlite", "failures.jsonl", "records.xlsx",
         *(f"{name}.{kind}" for name in TABLES for kind in ("csv", "parquet"))])
    validator = jsonschema.Draft202012Validator(document_schema())
    rows: list[dict[str, str]] = list(csv.DictReader((out / "records.csv").open(encoding="utf-8-sig", newline="")))
    for source in SMALL:
        document = json.loads((out / "documents" / f"{source.name}.json").read_text("utf-8"))
        validator.validate(document)
        assert document["projects"]
        digitized = digitize(source)
        assert digitized.to_json() == document
        frame = digitized.to_frame()
        own = [row for row in rows if row["document"] == source.name]
        assert [row["value"] for row in own] == frame["value"].fillna("").tolist()


@needs_model
def test_the_summary_says_what_came_out_and_stays_plain_where_there_is_no_terminal(finished: tuple[Path, Ended]) -> None:
    out, ended = finished
    assert "2 of 2" in ended.out
    assert str(out) in ended.out
    assert "\x1b" not in ended.out + ended.err
    assert ended.err == ""


@needs_model
def test_several_at_a_time_give_the_same_results(finished: tuple[Path, Ended], tmp_path: Path) -> None:
    out, _ = finished
    ended = run("digitize", *SMALL, "--out", tmp_path, "--jobs", "2", "--quiet")
    assert (ended.status, ended.out, ended.err) == (0, "", "")
    for name in ("records.csv", "funds.csv", *(f"documents/{source.name}.json" for source in SMALL)):
        assert (tmp_path / name).read_bytes() == (out / name).read_bytes()


@needs_model
def test_a_text_without_a_table_has_no_projects_and_a_warning(tmp_path: Path) -> None:
    source = write(tmp_path / "通知.txt", "关于召开年度工作会议的通知\n\n各处室：\n请于本周五前报送参会人员名单。\n")
    ended = run("digitize", source, "--out", tmp_path / "out")
    assert ended.status == 0
    assert "通知.txt: warning:" in ended.err
    document = json.loads((tmp_path / "out" / "documents" / "通知.txt.json").read_text("utf-8"))
    assert document["projects"] == []
    assert document["recognizer"]["warnings"]


@pytest.mark.parametrize("options", [
    ["--max-error", "3"], ["--partition", "name"], ["--without", "who"], ["--cluster", "none"], ["--store", "none"],
    ["--model", "EMPTY"]], ids=" ".join)
def test_bad_options_are_said_in_the_language_of_the_locale(
        tmp_path: Path, run_here, monkeypatch: pytest.MonkeyPatch, options: list[str]) -> None:
    (tmp_path / "EMPTY").mkdir()
    given = [tmp_path / name if name == "EMPTY" else name for name in options]
    for locale, chinese in (("C.UTF-8", False), ("zh_CN.UTF-8", True)):
        monkeypatch.setenv("LC_ALL", locale)
        ended = run_here("digitize", write(tmp_path / "a.txt"), "--out", tmp_path / "out", *given)
        assert (ended.status, len(ended.err.splitlines())) == (2, 1)
        assert ended.err.replace("项目负责人", "").isascii() != chinese
    assert not (tmp_path / "out" / "run.sqlite").exists()


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM], ids=str)
def test_the_first_ctrl_c_asks_and_the_second_stops(sent: signal.Signals) -> None:
    former = signal.getsignal(sent)
    told: list[bool] = []
    with Interruption(lambda: told.append(True)) as interruption:
        assert not interruption.asked()
        signal.raise_signal(sent)
        assert interruption.asked()
        assert interruption.asked()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(sent)
    assert told == [True]
    assert signal.getsignal(sent) == former


@pytest.mark.parametrize("arguments", [
    ["train", "--out", "FILE"], ["train", "--leave-out", "nowhere"], ["evaluate", "--gold", "FILE/missing"],
    ["evaluate", "--predicted", "EMPTY"], ["evaluate", "--predicted", "EMPTY", "--city-out"],
    ["evaluate", "--model", "EMPTY"]], ids=" ".join)
def test_what_cannot_be_trained_or_measured_is_said_at_once(tmp_path: Path, run_here, arguments: list[str]) -> None:
    (tmp_path / "EMPTY").mkdir()
    write(tmp_path / "FILE")
    ended = run_here(*(str(tmp_path / name) if name.startswith(("FILE", "EMPTY")) else name for name in arguments))
    assert (ended.status, ended.out) == (2, "")
    assert len(ended.err.splitlines()) == 1
    assert "unexpected" not in ended.err


@needs_model
def test_one_gold_record_can_be_measured_alone(run_here) -> None:
    ended = run_here("evaluate", "--gold", gold_folder() / "langxi.json", "--json")
    assert ended.status == 0
    assert json.loads(ended.out)["langxi"]["value"]["gold"] > 30


@needs_model
def test_ctrl_c_keeps_what_is_done(tmp_path: Path) -> None:
    for number in range(60):
        write(tmp_path / "in" / f"{number:03}.txt", SMALL[1].read_text("utf-8"))
    process = subprocess.Popen(
        [sys.executable, "-c", "from recognizer.commands import main; main()", "digitize", str(tmp_path / "in"), "--out",
         str(tmp_path / "out")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    documents = tmp_path / "out" / "documents"
    while process.poll() is None and not (documents.exists() and len(list(documents.glob("*.json"))) >= 2):
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in err
    done = {path.name.removesuffix(".json") for path in documents.glob("*.json")}
    rows = csv.DictReader((tmp_path / "out" / "records.csv").open(encoding="utf-8-sig", newline=""))
    assert {row["document"] for row in rows} == done
    assert not list((tmp_path / "out").rglob("*.part"))
