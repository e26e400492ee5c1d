"""Lists of people, and rows of lists: who is named in one breath."""

from __future__ import annotations

from jishi.stages.acts import ActIndex
from jishi.stages.findings import PersonFound
from jishi.stages.groups import PersonGroup, find_person_groups, set_rows


def find_groups(text: str, names: list[str]) -> list[PersonGroup]:
    people = [PersonFound(name, spans=[(text.index(name), text.index(name) + len(name))]) for name in names]
    groups = find_person_groups(text, [], people)
    set_rows(text, groups, ActIndex(text))
    return groups


def test_lists_of_several_bodies_are_a_row():
    text = "出席会议的有青禾大学林听雨、沈川；南屏大学陆知白；北渚学院韩霁月等。"
    first, second, third = find_groups(text, ["林听雨", "沈川", "陆知白", "韩霁月"])
    assert first.row is not None
    assert first.row is second.row is third.row
    assert (first.row.start, first.row.end, first.row.size) == (first.start, third.end, 3)


def test_lines_of_names_are_a_row():
    groups = find_groups("参加人员：\n林听雨 青禾大学\n陆知白 南屏大学\n", ["林听雨", "陆知白"])
    assert len(groups) == 2
    assert groups[0].row is groups[1].row is not None


def test_what_somebody_does_and_the_end_of_a_sentence_part_rows():
    text = "林听雨主持会议，陆知白作报告。韩霁月到了。"
    assert [group.row for group in find_groups(text, ["林听雨", "陆知白", "韩霁月"])] == [None, None, None]
