"""The room of the controlled vocabulary: the shipped table, what is refused and where, edits, SKOS, commands."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from recognizer.commands import main
from recognizer.concepts import (
    Concept,
    Kind,
    Source,
    Vocabulary,
    VocabularyError,
    Wording,
    concept,
    load_vocabulary,
    save_vocabulary,
    shipped_vocabulary,
)
from recognizer.concepts.checking import name_key
from recognizer.concepts.editing import merged, with_concept, with_names
from recognizer.concepts.files import SHIPPED, VARIABLE
from recognizer.concepts.table import write_table
from recognizer.errors import UsageError
from recognizer.vocabulary import LEVEL1, LEVEL2, framework_level2, parent_of

HEAD = "编号,类别,名称,上级,单位类别,方向,官方名称,编者名称,金标名称,定义\n"
LEVELS = "output,一级指标,产出指标,,,,,,,\noutput.quantity,二级指标,数量指标,output,,,,,,\n"


def refused(tmp_path: Path, content: str | bytes, name: str = "mine.csv") -> list[str]:
    """The problems for which a file is refused, as they are said."""
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(VocabularyError) as error:
        load_vocabulary(path)
    return [str(problem) for problem in error.value.problems]


def test_the_shipped_vocabulary_has_the_frameworks_and_what_recurs() -> None:
    vocabulary = shipped_vocabulary()
    indicators = vocabulary.of_kind(Kind.INDICATOR)
    assert len(indicators) >= 150
    assert {one.name for one in vocabulary.of_kind(Kind.LEVEL1)} == set(LEVEL1)
    assert {one.name for one in vocabulary.of_kind(Kind.LEVEL2)} == set(LEVEL2)
    for level2 in vocabulary.of_kind(Kind.LEVEL2):
        assert vocabulary.level(level2, Kind.LEVEL1) == parent_of(level2.name)
    for one in indicators:
        assert one.definition
        assert vocabulary.level(one, Kind.LEVEL2) in LEVEL2
        assert all(framework_level2(wording.text) for wording in one.wordings if wording.source is Source.OFFICIAL)
    names = {wording.text for one in indicators for wording in one.wordings}
    assert names >= {"立项依据充分性", "绩效目标合理性", "资金到位率", "预算执行率", "管理制度健全性", "实际完成率", "质量达标率",
                     "完成及时性", "成本节约率", "培训人数", "会议次数", "设备购置数量", "服务对象满意度"}


def test_a_concept_tells_its_unit_families_and_its_direction() -> None:
    fault = concept("output.quality.fault-rate")
    assert fault is not None
    assert (fault.unit_families, fault.direction) == (("%",), "less")
    assert concept("no.such.concept") is None


def test_the_table_is_written_as_it_was_read() -> None:
    assert write_table(shipped_vocabulary()) == SHIPPED.read_text("utf-8")


def test_skos_and_back_is_the_same_vocabulary(tmp_path: Path) -> None:
    path = tmp_path / "vocabulary.ttl"
    save_vocabulary(shipped_vocabulary(), path)
    assert "skos:prefLabel \"培训出勤率\"@zh" in path.read_text("utf-8")

    def told(vocabulary: Vocabulary) -> list[object]:
        return [(one.id, one.kind, one.name, one.parent, set(one.unit_families), one.direction, one.definition, one.name_source,
                 set(one.alternatives)) for one in vocabulary.concepts]

    assert told(load_vocabulary(path)) == told(shipped_vocabulary())


def test_skos_of_others_is_read_by_the_depth_of_its_concepts(tmp_path: Path) -> None:
    path = tmp_path / "theirs.ttl"
    path.write_text("""@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix ex: <http://example.org/terms/> .
ex:output a skos:Concept ; skos:prefLabel "产出指标"@zh , "Output"@en .
ex:quantity a skos:Concept ; skos:prefLabel "数量指标"@zh ; skos:broader ex:output .
ex:drones a skos:Concept ; skos:prefLabel "无人机数量"@zh ; skos:altLabel "无人机架数"@zh ; skos:broader ex:quantity .
""", "utf-8")
    drones = load_vocabulary(path).get("drones")
    assert drones is not None
    assert (drones.kind, drones.name, drones.parent) == (Kind.INDICATOR, "无人机数量", "quantity")
    assert drones.alternatives == (Wording("无人机架数", Source.EDITOR),)


@pytest.mark.parametrize(("lines", "said"), [
    ("a.b,三级指标,甲数量,output.quantity,,,,,,\na.b,三级指标,乙数量,output.quantity,,,,,,\n",
     ["line 5: the id stands above already: a.b, 4"]),
    ("a.b,三级指标,甲数量,output.speed,,,,,,\n", ["line 4: the parent output.speed is not in the file"]),
    ("a.b,三级指标,甲数量,,,,,,,\n", ["line 4: an indicator or level 2 without a parent"]),
    ("a.b,三级指标,甲数量,output,,,,,,\n", ["line 4: the parent is of the wrong kind"]),
    ("a,二级指标,甲,b,,,,,,\nb,二级指标,乙,a,,,,,,\n", ["line 4: goes round in a circle: a → b → a", "line 5: goes round"]),
    ("a,三级指标,甲数量,output.quantity,,,,丙 数量,,\nb,三级指标,乙数量,数量指标,,,,丁；丙数量,,\n",
     ["line 5: a name of two concepts under one parent: 丙数量 (a, b)"]),
    ("a,四级指标,甲,,,,,,,\n,三级指标,乙,,,,,,,\n", ["line 4: no kind of concept: 四级指标", "line 5: leaves 编号 empty"]),
    ("a,三级指标,甲,output.quantity,,越多越坏,,,,\n", ["line 4: no direction: 越多越坏"]),
    ("A b,三级指标,甲,output.quantity,,,,,,\n", ["line 4: no id"]),
    ("a,三级指标,甲,output.quantity,,,,,,,,多了\n", ["line 4: has more cells than there are headings"]),
    ('a,三级指标,"甲,output.quantity,,,,,,\n', ["line 4: is no table"]),
])
def test_an_unfit_table_is_refused_whole_with_its_lines(tmp_path: Path, lines: str, said: list[str]) -> None:
    problems = refused(tmp_path, HEAD + LEVELS + lines)
    assert len(problems) == len(said)
    assert all(problem.startswith(start) for problem, start in zip(problems, said, strict=True))


def test_what_is_no_vocabulary_at_all_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, (HEAD + LEVELS).encode("gb18030")) == ["line 1: is not UTF-8"]
    assert refused(tmp_path, HEAD.encode() + LEVELS.encode() + b"a,\xff\n") == ["line 4: is not UTF-8"]
    assert refused(tmp_path, "名称,上级\n甲,乙\n")[0].startswith("line 1: lacks the columns 编号/id")
    assert refused(tmp_path, HEAD) == ["holds no concept"]
    broken = "@prefix skos: <x> .\n\nex:a a skos:Concept ;;; nonsense\n"
    assert refused(tmp_path, broken, "bad.ttl")[0].startswith("line 3: is no Turtle")
    with pytest.raises(VocabularyError, match="cannot be read"):
        load_vocabulary(tmp_path / "missing.csv")


def test_names_are_added_once_and_never_to_two_concepts() -> None:
    vocabulary = shipped_vocabulary()
    attendance = "output.quality.training-attendance"
    changed = with_names(vocabulary, attendance, ["学员到课比例", "学员到课比例", "培训出勤率"])
    added = set(changed.get(attendance).alternatives) - set(vocabulary.get(attendance).alternatives)  # type: ignore[union-attr]
    assert added == {Wording("学员到课比例", Source.EDITOR)}
    with pytest.raises(VocabularyError, match="name of two concepts"):
        with_names(vocabulary, attendance, ["故障率"])
    with pytest.raises(UsageError):
        with_names(vocabulary, "no.such", ["甲"])
    with pytest.raises(VocabularyError, match="is not in the file"):
        with_concept(vocabulary, Concept("output.quantity.new", Kind.INDICATOR, "甲乙数量", "output.nothing"))


def test_merged_concepts_keep_all_names() -> None:
    vocabulary = shipped_vocabulary()
    books, publications = "output.quantity.books", "output.quantity.publications"
    names = {name_key(wording.text) for one in (books, publications) for wording in vocabulary.get(one).wordings}  # type: ignore[union-attr]
    changed = merged(vocabulary, books, publications)
    assert changed.get(publications) is None
    assert {name_key(wording.text) for wording in changed.get(books).wordings} == names  # type: ignore[union-attr]
    with pytest.raises(UsageError):
        merged(vocabulary, books, "output.quantity")


@pytest.fixture
def run_here(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    def run_it(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["recognizer", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run_it


def test_a_vocabulary_of_ones_own_is_made_edited_checked_and_used(tmp_path: Path, run_here, monkeypatch) -> None:
    mine = tmp_path / "data" / "mine.csv"
    assert run_here("vocabulary", "add", "output.quantity.drone-flights", "无人机飞行架次", "--parent", "数量指标",
                    "--units", "次", "--direction", "more", "--file", mine)[0] == 0
    assert run_here("vocabulary", "add", "output.quantity.drone-flights", "无人机巡飞次数", "--file", mine)[0] == 0
    status, out, _ = run_here("vocabulary", "check", mine)
    assert (status, "nothing wrong" in out) == (0, True)
    status, out, _ = run_here("vocabulary", "show", "无人机", "--file", mine)
    assert status == 0
    assert "产出指标 > 数量指标" in out
    assert "无人机巡飞次数 (editor)" in out
    patrols = "output.quantity.patrols"
    assert run_here("vocabulary", "merge", patrols, "output.quantity.drone-flights", "--file", mine)[0] == 0
    monkeypatch.setenv(VARIABLE, str(mine))
    assert concept("output.quantity.drone-flights") is None
    assert any(wording.text == "无人机巡飞次数" for wording in concept(patrols).wordings)  # type: ignore[union-attr]


def test_check_names_every_problem_and_says_so_in_both_languages(tmp_path: Path, run_here, monkeypatch) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(HEAD + LEVELS + "a,三级指标,甲,乙,,,,,,\nb,三级指标,丙,丁,,,,,,\n", "utf-8")
    status, _, err = run_here("vocabulary", "check", path)
    assert status == 2
    assert [line.partition(": ")[2] for line in err.splitlines()] == [
        "line 4: the parent 乙 is not in the file", "line 5: the parent 丁 is not in the file"]
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    status, _, err = run_here("vocabulary", "check", path)
    assert "第 4 行：上级 乙 不在文件中" in err
    status, out, _ = run_here("vocabulary", "show", "attribute.unit")
    assert "名称: 实施单位" in out


def test_digitize_uses_a_vocabulary_of_ones_own_and_refuses_an_unfit_one(tmp_path: Path, run_here, monkeypatch) -> None:
    monkeypatch.setenv(VARIABLE, "")  # what the command sets is taken back with it
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    form = tmp_path / "form.md"
    form.write_text("| 项目名称 | 甲项目 | | |\n|---|---|---|---|\n| 一级指标 | 二级指标 | 三级指标 | 指标值 |\n"
                    "| 产出指标 | 数量指标 | 培训人数 | ≥100人 |\n| 产出指标 | 质量指标 | 霓虹炫彩出勤率 | ≥95% |\n", "utf-8")
    mine, bad, out = tmp_path / "mine.csv", tmp_path / "bad.csv", tmp_path / "out"
    attendance = "output.quality.training-attendance"
    assert run_here("vocabulary", "add", attendance, "霓虹炫彩出勤率", "--file", mine)[0] == 0
    assert run_here("digitize", form, "--out", out, "--vocabulary", mine, "--quiet")[0] == 0
    document = json.loads((out / "documents" / "form.md.json").read_text("utf-8"))
    assert document["recognizer"]["options"]["vocabulary"].startswith("mine.csv ")
    assert [indicator["canonical"]["id"] for project in document["projects"] for indicator in project["indicators"]] == [
        "output.quantity.training-people", attendance]
    bad.write_text(HEAD + LEVELS + "a,三级指标,甲,乙,,,,,,\n", "utf-8")
    status, _, err = run_here("digitize", form, "--out", tmp_path / "other", "--vocabulary", bad)
    assert status == 2
    assert "bad.csv: line 4: the parent 乙 is not in the file" in err
    assert not (tmp_path / "other").exists()
