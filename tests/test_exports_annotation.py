"""Correcting: what nobody changed comes back as it was, and what somebody changed is in the record."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest
from chronicle import read_chronicle

import jishi
from jishi.archive.errors import ArchiveError
from jishi.exports.annotation import (
    Annotated,
    Region,
    Relation,
    annotate,
    correct,
    make_label_config,
    read_label_studio,
    read_prodigy,
    write_label_studio,
    write_prodigy,
)
from jishi.records import Record

PAIRS = read_chronicle()
ARTICLE, RECORD = PAIRS[0]
TEXT = ARTICLE.source_text


def through_prodigy(marks: Annotated) -> Annotated:
    stream = io.StringIO()
    assert write_prodigy([marks], stream) == 1
    return next(read_prodigy(io.StringIO(stream.getvalue())))


def through_label_studio(marks: Annotated) -> Annotated:
    """As if an annotator had accepted the predictions unchanged."""
    stream = io.StringIO()
    assert write_label_studio([marks], stream) == 1
    tasks = json.loads(stream.getvalue())
    for task in tasks:
        task["annotations"] = [{"result": task.pop("predictions")[0]["result"], "was_cancelled": False}]
    return next(read_label_studio(io.StringIO(json.dumps(tasks))))


def unchanged(marks: Annotated) -> Annotated:
    return marks


@pytest.mark.parametrize("travel", [unchanged, through_prodigy, through_label_studio])
@pytest.mark.parametrize("number", range(len(PAIRS)))
def test_unchanged_marks_give_the_same_record(travel: Callable[[Annotated], Annotated], number: int):
    article, record = PAIRS[number]
    assert correct(record, travel(annotate(record, article.source_text))) == record


def test_records_of_the_samples_come_back_unchanged(samples: Any):
    for line in (samples / "articles.jsonl").read_text(encoding="utf-8").splitlines()[:6]:
        article = jishi.Article(**json.loads(line))
        record = jishi.extract(article.text, article.title, article.published, article.id)
        marks = annotate(record, article.source_text)
        assert correct(record, through_label_studio(marks)).to_dict() == record.to_dict()


def test_every_region_reads_as_its_evidence():
    texts = {region.id: TEXT[region.start : region.end] for region in annotate(RECORD, TEXT).regions}
    assert texts["p2:0"] == "李晨"
    assert texts["p2.1:0"] == "副校长"
    assert texts["t1:0"] == "平台如何进村"


def test_offsets_beyond_the_basic_plane_survive_label_studio():
    text = "𠮷林大学校长李晨与𠀀先生"
    region = Region("new", text.index("李晨"), text.index("李晨") + 2, "person")
    marks = Annotated("a", text, (region,), ())
    stream = io.StringIO()
    write_label_studio([marks], stream)
    value = json.loads(stream.getvalue())[0]["predictions"][0]["result"][0]["value"]
    assert text.encode("utf-16-le")[2 * value["start"] : 2 * value["end"]].decode("utf-16-le") == "李晨"
    assert through_label_studio(marks).regions == (region,)


def edit(
    *,
    drop: tuple[str, ...] = (),
    add: tuple[Region, ...] = (),
    connect: tuple[Relation, ...] = (),
    disconnect: tuple[Relation, ...] = (),
    move: dict[str, tuple[int, int]] | None = None,
    revalue: dict[str, str] | None = None,
) -> Record:
    """The record of the first article after an annotator's changes."""
    marks = annotate(RECORD, TEXT)
    regions = []
    for region in marks.regions:
        if region.id in drop:
            continue
        start, end = (move or {}).get(region.id, (region.start, region.end))
        value = (revalue or {}).get(region.id, region.value)
        regions.append(replace(region, start=start, end=end, value=value))
    relations = [relation for relation in marks.relations if relation not in disconnect]
    return correct(RECORD, replace(marks, regions=(*regions, *add), relations=(*relations, *connect)))


def mark(text: str, label: str, identifier: str = "x9", value: str | None = None) -> Region:
    start = TEXT.index(text)
    return Region(identifier, start, start + len(text), label, value)


def test_removed_person_is_gone_with_all_it_did():
    record = edit(drop=("p3:0",))
    assert [person.name for person in record.people] == ["林听雨", "李晨"]
    assert record.talks[0].speakers == []
    assert {participant.person for participant in record.events[0].participants} == {"p1", "p2"}


def test_added_person_and_position_are_in_the_record():
    record = edit(
        add=(mark("苏晚晴", "person", "x1"), mark("文/", "position", "x2")),
        connect=(Relation("x2", "x1", "holder"), Relation("x2", "o1:0", "at"), Relation("e1:0", "x1", "attendee")),
    )
    person = record.people[-1]
    assert (person.id, person.name) == ("p4", "苏晚晴")
    assert [(position.title, position.organisation) for position in person.positions] == [("文/", "o1")]
    assert record.events[0].participants[-1].person == "p4"


def test_added_mention_of_a_known_name_belongs_to_it():
    start = TEXT.index("青禾大学主办")
    record = edit(drop=("o1:1",), add=(Region("x1", start, start + 4, "organisation"),))
    assert len(record.organisations) == 2
    assert [start, start + 4] in [list(span) for span in record.organisations[0].spans]


def test_moved_boundary_renames():
    start = TEXT.index("平台如何进村")
    record = edit(move={"t1:0": (start, start + 2)})
    assert record.talks[0].topic == "平台"
    assert TEXT[slice(*record.talks[0].span)] == "平台"


def test_new_date_is_resolved_and_dates_the_event():
    begin = TEXT.index("5月11日")
    record = edit(
        drop=("d1:0",),
        add=(Region("x1", begin, begin + 5, "date"),),
        connect=(Relation("e1:0", "x1", "dated"),),
    )
    assert [(item.id, item.start) for item in record.dates] == [("d2", "2023-05-11")]
    assert (record.events[0].date, record.events[0].start) == ("d2", "2023-05-11")


def test_changed_type_and_role_are_in_the_record():
    record = edit(
        revalue={"e1:0": "conference"},
        disconnect=(Relation("e1:0", "p2:0", "chair"),),
        connect=(Relation("e1:0", "p2:0", "address"),),
    )
    assert record.events[0].type == "conference"
    assert {(each.person, each.role) for each in record.events[0].participants} == {
        ("p1", "address"), ("p2", "address"), ("p3", "speaker"),
    }  # fmt: skip


def test_position_moved_to_another_person():
    record = edit(disconnect=(Relation("p2.1:0", "p2:0", "holder"),), connect=(Relation("p2.1:0", "p1:0", "holder"),))
    assert [position.title for position in record.people[0].positions] == ["校长", "副校长"]
    assert record.people[1].positions == []


def test_marks_of_another_text_are_refused():
    with pytest.raises(ValueError, match="c02"):
        correct(RECORD, annotate(PAIRS[1][1], PAIRS[1][0].source_text))
    with pytest.raises(ValueError, match="code points"):
        annotate(RECORD, TEXT + "。")


def test_rejected_and_cancelled_work_is_passed_over():
    stream = io.StringIO()
    write_prodigy([annotate(RECORD, TEXT)], stream)
    line = json.dumps({**json.loads(stream.getvalue()), "answer": "reject"})
    assert list(read_prodigy([line])) == []
    stream = io.StringIO()
    write_label_studio([annotate(RECORD, TEXT)], stream)
    tasks = json.loads(stream.getvalue())
    assert list(read_label_studio(io.StringIO(json.dumps(tasks)))) == [], "nobody has annotated it"
    tasks[0]["annotations"] = [{"result": [], "was_cancelled": True}]
    assert list(read_label_studio(io.StringIO(json.dumps(tasks)))) == []


def test_faulty_file_is_named():
    beyond = json.dumps({"text": "甲", "meta": {"id": "a"}, "spans": [{"start": 0, "end": 5, "label": "person"}]})
    with pytest.raises(ArchiveError, match=r"marks\.jsonl:2"):
        list(read_prodigy(["\n", beyond], "marks.jsonl"))
    with pytest.raises(ArchiveError, match=r"export\.json"):
        list(read_label_studio(io.StringIO('[{"annotations": [{"result": [{}]}]}]'), "export.json"))


def test_label_config_is_xml_that_has_every_label_and_value():
    root = ElementTree.fromstring(make_label_config())
    marks = annotate(RECORD, TEXT)
    labels = {each.get("value") for each in root.iter("Label")}
    relations = {each.get("value") for each in root.iter("Relation")}
    choices = {each.get("value") for each in root.iter("Choice")}
    assert {region.label for region in marks.regions} <= labels
    assert {relation.label for relation in marks.relations} <= relations
    assert {region.value for region in marks.regions if region.value} <= choices
