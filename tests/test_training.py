"""The recipes of models/: how annotated articles become what the taggers and relation models are trained on."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import spacy
from hypothesis import given, settings, strategies
from recipes import MODELS, annotations, augment, data, evidence, gold_docs, rows

from jishi.stages.linear import LinearModel
from jishi.stages.tagger import (
    CHARACTERS_FILE,
    ENTITY_LABELS,
    FRAME_LABELS,
    FRAME_TAGS,
    ROLES,
    CharacterTable,
    read_characters,
    read_spans,
)

TITLE = "青禾大学举办读书会"
TEXT = (
    "9月2日，青禾大學校長林聽雨在明理樓主持讀書會。林聽雨說，大家都愛讀書。"
    "南屏大学教授陆知白作了题为《平台如何进村》的报告。"
)
GOLD: dict[str, Any] = {
    "id": "own-1",
    "title": TITLE,
    "published": "2024-09-03",
    "text": TEXT,
    "people": [
        {"name": "林聽雨", "roles": ["chair"], "honours": [], "positions": [
            {"title": "校長", "organisation": "青禾大學", "organisation_full": "青禾大學"}]},
        {"name": "陆知白", "roles": ["speaker"], "honours": [], "positions": [
            {"title": "教授", "organisation": "南屏大学", "organisation_full": None}]},
    ],
    "organisations": [{"name": "青禾大學", "aliases": ["青禾大学"]}, {"name": "南屏大学", "aliases": []}],
    "credits": [],
    "dates": [{"text": "9月2日", "start": "2024-09-02", "end": "2024-09-02", "optional": False}],
    "talks": [{"topic": "平台如何进村", "speakers": ["陆知白"], "kind": "report"}],
    "events": [{"name": "读书会", "place": "明理樓", "type": "other", "start": "2024-09-02", "end": None,
                "organisers": [{"name": "青禾大学", "role": "host"}]}],
}  # fmt: skip


@pytest.fixture(scope="module")
def lexicon() -> data.TitleLexicon:
    return data.TitleLexicon(["校长", "教授", "副教授", "馆长", "长"])


@pytest.fixture(scope="module")
def sequence(lexicon: data.TitleLexicon) -> data.Sequence:
    return data.read_annotation(data.annotate(GOLD), lexicon)


def spell(sequence: data.Sequence) -> list[tuple[str, str]]:
    """The certain entities of a sequence as strings."""
    return [(sequence.text[start:end], label) for start, end, label in augment.entity_spans(sequence)]


def spell_frames(sequence: data.Sequence, label: str) -> list[str]:
    """The frames of a label whose tags are certain, as strings."""
    bits = sequence.frames >> np.uint32(5 * FRAME_LABELS.index(label)) & np.uint32(0b11111)
    scores = np.log(np.maximum((bits[:, None] >> np.arange(len(FRAME_TAGS), dtype=np.uint32)) & 1, 1e-4))
    return [sequence.text[span.start : span.end] for span in read_spans(scores.astype(np.float32), (label,))]


# annotations kept as places


def test_strings_of_a_gold_record_become_places_and_strings_again():
    source = annotations.source_text(GOLD)
    kept = {key: value for key, value in GOLD.items() if key not in ("title", "published", "text")}
    kept["people"] = [*kept["people"], {"name": "不在文中", "roles": ["other"], "honours": [], "positions": []}]
    packed = annotations.pack(kept, source, len(TITLE) + 1)
    assert annotations.unpack(packed, source) == kept
    assert packed["people"][2]["name"] == "不在文中"
    assert packed["people"][0]["roles"] == ["chair"]
    stored = json.dumps(packed, ensure_ascii=False)
    assert not any(string in stored for string in ("林聽雨", "青禾", "南屏", "平台", "读书会"))


def test_a_string_is_sought_in_the_body_first():
    assert annotations.pack({"name": "青禾大学"}, "青禾大学开会\n青禾大学开会", 7) == {"name": [7, 11]}
    assert annotations.pack({"name": "青禾大学"}, "青禾大学开会\n今日开会", 7) == {"name": [0, 4]}


def test_articles_are_joined_with_their_texts_by_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    source = annotations.source_text(GOLD)
    news = tmp_path / "corpora/news"
    news.mkdir(parents=True)
    article = {key: GOLD[key] for key in ("id", "title", "published", "text")}
    others = [{**article, "id": "other", "text": "别的文章"}, {**article, "url": "https://example.org/"}]
    lines = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in others)
    (news / "articles.jsonl").write_text(lines, encoding="utf-8")
    packed = annotations.pack({k: v for k, v in GOLD.items() if k not in article or k == "id"}, source, len(TITLE) + 1)
    for name in ("articles.jsonl", "talks.jsonl"):
        (tmp_path / name).write_text(json.dumps(packed) + "\n", encoding="utf-8")
    monkeypatch.setattr(annotations, "FOLDER", tmp_path)
    assert annotations.read_articles(tmp_path) == [GOLD]
    assert annotations.read_talks(tmp_path) == [GOLD]


def test_marks_are_taken_out_of_a_text():
    text, spans = annotations.unmark("<E:{O:青禾大学}读书会>由{T:校长}{P:林听雨}主持，讲“<K:平台如何进村>”")
    assert text == "青禾大学读书会由校长林听雨主持，讲“平台如何进村”"
    assert [(text[start:end], label) for start, end, label in spans] == [
        ("青禾大学", "ORG"), ("青禾大学读书会", "EVENT"), ("校长", "TITLE"), ("林听雨", "PERSON"),
        ("平台如何进村", "TOPIC"),
    ]  # fmt: skip


@pytest.mark.parametrize("marked", ["{P:林听雨", "林听雨}", "{P:林听雨>", "<E:{P:林听雨>}", "<E:读书会}"])
def test_marks_that_do_not_match_are_an_error(marked: str):
    with pytest.raises(ValueError, match="mark"):
        annotations.unmark(marked)


def test_the_articles_of_our_own_writing_are_what_the_recipes_expect():
    marked = annotations.read_marked()
    assert len({identifier for identifier, _, _ in marked}) == len(marked) > 100
    for identifier, text, spans in marked:
        assert not set("{}<>") & set(text), identifier
        assert all(text[start:end].strip() for start, end, _ in spans), identifier
    invented = annotations.read_invented()
    assert len({gold["id"] for gold in invented}) == len(invented) > 100
    for gold in invented:
        text = annotations.source_text(gold)
        assert all(topic in text for topic in (talk["topic"] for talk in gold["talks"])), gold["id"]
        assert all(date["text"] in text for date in gold["dates"]), gold["id"]
        names = {person["name"] for person in gold["people"]}
        assert all(set(talk["speakers"]) <= names for talk in gold["talks"]), gold["id"]
        assert {role for person in gold["people"] for role in person["roles"]} <= set(ROLES), gold["id"]


def test_an_article_is_always_of_the_same_fold():
    counts = Counter(annotations.fold_of(f"news-{number:05}") for number in range(3000))
    assert set(counts) == set(range(annotations.FOLDS))
    assert min(counts.values()) > 900
    assert annotations.fold_of("news-00001") == annotations.fold_of("news-00001")


# gold records as characters with tags


@given(strategies.text("青禾大學２０２４Ａｂ讀書會，\n𠮷", max_size=40))
@settings(max_examples=50, deadline=None)
def test_text_is_simplified_character_for_character(text: str):
    simplified = data.simplify(text)
    assert len(simplified) == len(text)
    assert not set("學讀書會２０２４Ａｂ") & set(simplified)


def test_strings_of_a_gold_record_are_found_in_either_script(sequence: data.Sequence):
    assert spell(sequence) == [
        ("青禾大学", "ORG"), ("青禾大学", "ORG"), ("校长", "TITLE"), ("林听雨", "PERSON"), ("林听雨", "PERSON"),
        ("南屏大学", "ORG"), ("教授", "TITLE"), ("陆知白", "PERSON"),
    ]  # fmt: skip
    assert spell_frames(sequence, "TOPIC") == ["平台如何进村"]
    assert spell_frames(sequence, "PLACE") == ["明理楼"]
    assert spell_frames(sequence, "EVENT") == ["读书会"] * 2


def test_places_may_stand_anywhere_and_titles_where_the_lexicon_has_one(lexicon: data.TitleLexicon):
    gold = {**GOLD, "title": None, "text": "馆长也到场。", "people": [], "organisations": [], "dates": [], "talks": []}
    found = data.read_annotation(data.annotate({**gold, "events": []}), lexicon)
    assert (found.entities & np.uint32(data.LOC)).all()
    assert ((found.entities & np.uint32(data.TITLE)) > 0).tolist() == [True, True, False, False, False, False]
    assert (found.frames == data.NO_FRAME).all()


def test_roles_are_asserted_of_every_mention_and_known_of_no_other_kind(sequence: data.Sequence):
    def roles_at(string: str, bits: Any) -> list[set[str]]:
        return [
            {role for i, role in enumerate(ROLES) if bits[start] >> i & 1}
            for start, _ in data.occurrences(sequence.text, string)
        ]

    assert roles_at("林听雨", sequence.roles) == [{"chair"}, {"chair"}]
    assert roles_at("青禾大学", sequence.roles) == [{"host"}, {"host"}]
    assert roles_at("9月2日", sequence.roles) == [{"event_date"}]
    assert roles_at("南屏大学", sequence.roles) == [set()]
    (known,) = roles_at("南屏大学", sequence.roles_known)
    assert "host" in known
    assert "chair" not in known
    assert roles_at("平台", sequence.roles_known) == [set()]


def test_the_longer_of_two_spans_that_overlap_is_kept():
    spans = [(0, 4, "EVENT"), (2, 9, "EVENT"), (3, 5, "TOPIC"), (2, 9, "EVENT")]
    assert data.longest_of_each(spans) == [(2, 9, "EVENT"), (3, 5, "TOPIC")]
    gold = {**GOLD, "organisations": [*GOLD["organisations"], {"name": "青禾大学校长", "aliases": []}]}
    found = data.annotate(gold)
    assert ("青禾大学校长", "ORG") in {(found.text[start:end], label) for start, end, label in found.entities}
    taken = np.zeros(len(found.text), int)
    for start, end, _ in found.entities:
        taken[start:end] += 1
    assert taken.max() == 1


def test_a_title_counts_in_the_sentence_of_its_person():
    gold = {**GOLD, "title": None, "text": "校长会议召开。校长林听雨主持。林校长说好。教授很多。"}
    found = data.annotate(gold)
    assert [start for start, _, label in found.entities if label == "TITLE"] == [7, 16]


def test_where_only_talks_are_annotated_nothing_else_is_said():
    found = data.read_talks(GOLD)
    assert spell(found) == [("陆知白", "PERSON")]
    assert spell_frames(found, "TOPIC") == ["平台如何进村"]
    other = found.frames | np.uint32(data.frame_tags_of("TOPIC"))
    assert (other == data.ANY_FRAME).all()


def test_marked_articles_say_nothing_of_events_and_roles(lexicon: data.TitleLexicon):
    text, spans = annotations.unmark("<E:{O:青禾大學}讀書會>由{T:校長}{P:林聽雨}在<V:明理樓>主持")
    found = data.read_marked(text, spans, lexicon)
    assert spell(found) == [("青禾大学", "ORG"), ("校长", "TITLE"), ("林听雨", "PERSON")]
    assert spell_frames(found, "PLACE") == ["明理楼"]
    event = np.uint32(data.frame_tags_of("EVENT"))
    assert (found.frames & event == event).all()
    assert not found.roles_known.any()


@pytest.mark.parametrize("label", ENTITY_LABELS)
@pytest.mark.parametrize("length", [1, 2, 3, 7])
def test_tags_of_a_span_read_back_as_the_span(label: str, length: int):
    sequence = data.Sequence("字" * 10, "own")
    sequence.entities[:] = data.OUTSIDE
    sequence.set_entity(2, 2 + length, label)
    if length > 1:
        assert augment.entity_spans(sequence) == [(2, 2 + length, label)]
    tags = (sequence.entities[:, None] >> np.arange(17, dtype=np.uint32) & 1)[:, : 1 + 4 * len(ENTITY_LABELS)]
    scores = np.log(np.maximum(tags, 1e-4)).astype(np.float32)
    assert [(span.start, span.end, span.label) for span in read_spans(scores, ENTITY_LABELS)] == [
        (2, 2 + length, label)
    ]


# recombined names


@pytest.fixture(scope="module")
def pool() -> augment.NamePool:
    names = Counter(
        {f"{surname}{given}": 3 for surname in "林陆沈周" for given in ("知白", "听雨", "望舒", "溪", "川")}
    )
    names.update({"欧阳溪": 9, "阿卜杜拉·卡里姆": 4})
    return augment.NamePool(names, ["南屏大学", "东岭大学", "西江大学", "北原大学", "青禾大学", "市政府"])


def test_all_mentions_of_a_name_get_the_same_new_one(sequence: data.Sequence, pool: augment.NamePool):
    rng = random.Random(1)
    changed = 0
    for _ in range(40):
        made = augment.recombine(sequence, pool, rng, people=0.8, organisations=0.8)
        assert len(made.text) == len(made.entities) == len(made.frames) == len(made.roles)
        spelt = spell(made)
        assert [label for _, label in spelt] == [label for _, label in spell(sequence)]
        assert spelt[3] == spelt[4]
        assert spelt[0] == spelt[1]
        assert spelt[0][0].endswith("大学")
        assert spell_frames(made, "TOPIC") == ["平台如何进村"]
        chair = 1 << ROLES.index("chair")
        assert {made.text[i] for i in np.flatnonzero(made.roles & chair)} == set(spelt[3][0])
        changed += made.text != sequence.text
    assert changed > 30


def test_new_names_are_put_together_of_known_parts(pool: augment.NamePool):
    rng = random.Random(2)
    names = [pool.new_name(rng) for _ in range(300)]
    assert all(name[0] in "林陆沈周欧" or name == "阿卜杜拉·卡里姆" for name in names)
    assert {len(name) for name in names} >= {2, 3}
    assert pool.new_organisation("东山大学", rng).endswith("大学")
    assert pool.new_organisation("东山农场", rng) is None


@pytest.mark.parametrize("length", [2, 3, 5])
@pytest.mark.parametrize("old", [2, 3, 4])
def test_labels_of_a_span_are_stretched_to_another_length(old: int, length: int):
    before, after = (data.Sequence("字" * size, "own") for size in (old, length))
    for each in (before, after):
        each.set_entity(0, len(each.text), "PERSON")
    assert augment.stretch(before.entities, length).tolist() == after.entities.tolist()


# rows


@given(strategies.text("会。！\n，青禾", max_size=120), strategies.integers(3, 40))
@settings(max_examples=100, deadline=None)
def test_pieces_are_the_whole_text_and_none_is_too_long(text: str, limit: int):
    cut = list(rows.pieces(text, limit))
    assert "".join(text[start:end] for start, end in cut) == text
    assert all(0 < end - start <= limit for start, end in cut)


def test_texts_are_cut_after_sentences():
    text = "青禾大学开会。" * 5
    assert [text[start:end] for start, end in rows.pieces(text, 16)] == ["青禾大学开会。" * 2] * 2 + ["青禾大学开会。"]


@pytest.fixture(scope="module")
def table() -> CharacterTable:
    return CharacterTable(read_characters(MODELS / "ner" / CHARACTERS_FILE))


def test_rows_lie_end_to_end(sequence: data.Sequence, table: CharacterTable):
    laid = rows.lay_out([sequence, data.Sequence("", "own"), data.Sequence("读书会。", "own")], table.look_up)
    assert laid.bounds == [(0, len(sequence.text)), (len(sequence.text), len(sequence.text) + 4)]
    assert laid.characters.tolist() == table.look_up(sequence.text + "读书会。").tolist()
    assert laid.entities[: len(sequence.text)].tolist() == sequence.entities.tolist()
    assert {len(getattr(laid, name)) for name in rows.FIELDS} == {len(sequence.text) + 4}


def test_short_texts_are_joined_by_a_line_break(table: CharacterTable):
    short = [data.Sequence("读书会。", "own") for _ in range(5)]
    laid = rows.lay_out(short, table.look_up, join=10)
    assert laid.bounds == [(0, 10), (10, 20), (20, 25)]
    assert laid.characters.tolist() == table.look_up("读书会。\n" * 5).tolist()
    assert laid.entities[4::5].tolist() == [data.OUTSIDE] * 5


def test_each_row_is_drawn_once_before_any_is_drawn_again():
    laid = SimpleNamespace(bounds=[(0, 5), (5, 9), (9, 20)])
    source = rows.Source(laid, 100, random.Random(3))
    assert source.mean_length == pytest.approx(20 / 3)
    for _ in range(3):
        assert sorted(source.draw() for _ in range(3)) == [(100, 105), (105, 109), (109, 120)]


# evidence and gold Docs of the relation models


def make_evidence(text: str) -> np.ndarray[Any, Any]:
    """What a tagger would say that is sure of one topic and nothing else."""
    values = np.zeros((len(text), evidence.COLUMNS + len(ROLES)), np.uint8)
    start, end = next(data.occurrences(text, "平台如何进村"))
    first = FRAME_LABELS.index("TOPIC") * (len(FRAME_TAGS) - 1)
    values[start:end, first + 1] = evidence.STEPS
    values[start, first : first + 2] = evidence.STEPS, 0
    values[end - 1, first + 1 : first + 3] = 0, evidence.STEPS
    return values


def test_a_gold_record_becomes_a_doc_as_the_pipeline_makes_it():
    text = data.article_text(GOLD["title"], GOLD["text"])
    stored = evidence.StoredEvidence({GOLD["id"]: make_evidence(text)})
    doc = gold_docs.build_doc(spacy.blank("zh"), GOLD, stored)
    assert doc.text == text
    assert [(ent.text, ent.label_) for ent in doc.ents if ent.label_ != "TITLE"] == [
        ("青禾大学", "ORG"), ("青禾大学", "ORG"), ("林听雨", "PERSON"), ("林听雨", "PERSON"), ("南屏大学", "ORG"),
        ("陆知白", "PERSON"),
    ]  # fmt: skip
    assert [(p.name, [q.title for q in p.positions], len(p.spans)) for p in doc._.people] == [
        ("林听雨", ["校长"], 2), ("陆知白", ["教授"], 1),
    ]  # fmt: skip
    assert [span.text for span in doc.spans["frames"]] == ["平台如何进村"]
    assert [date.text for date in doc._.dates] == ["9月2日"]
    assert doc._.body_start == len(TITLE) + 1


def test_evidence_of_another_text_is_an_error():
    stored = evidence.StoredEvidence({GOLD["id"]: make_evidence("平台如何进村")})
    with pytest.raises(ValueError, match="own-1 is normalised otherwise"):
        gold_docs.build_doc(spacy.blank("zh"), GOLD, stored)


def test_evidence_is_written_and_read_by_article(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(evidence, "FILE", tmp_path / "evidence.npz.xz")
    made = {name: np.random.default_rng(number).integers(0, 25, (number + 2, 40), np.uint8)
            for number, name in enumerate(("one", "two", "three"))}  # fmt: skip
    evidence.write_evidence(made)
    read = evidence.read_evidence().rows
    assert list(read) == list(made)
    assert all(np.array_equal(read[name], values) for name, values in made.items())


# fitting


def make_rows(count: int) -> tuple[list[list[str]], list[bool], list[int]]:
    rng = random.Random(4)
    features = [[rng.choice(("前面是姓", "前面是字")), rng.choice(("近", "远")), f"一次{i}"] for i in range(count)]
    return features, ["前面是姓" in row for row in features], [i // 4 for i in range(count)]


def test_a_fitted_model_is_read_as_it_was_written(tmp_path: Path):
    pytest.importorskip("sklearn")
    import fitting

    features, answers, _ = make_rows(80)
    model = fitting.fit_yes_no(features, answers, 1.0)
    assert model.probability(["前面是姓"]) > 0.8 > 0.2 > model.probability(["前面是字"])
    assert not any(name.startswith("一次") for name in model.weights)
    fitting.write_model(model, tmp_path / "model.json")
    read = LinearModel(**json.loads((tmp_path / "model.json").read_text(encoding="utf-8")))
    assert [read.probability(row) for row in features] == [model.probability(row) for row in features]


def test_no_article_is_judged_by_a_model_that_has_seen_it(monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("sklearn")
    import fitting

    features, answers, groups = make_rows(40)
    numbered = [[*row, f"行{i}"] for i, row in enumerate(features)]
    seen: list[set[int]] = []

    def fit(known: list[list[str]], *_: object) -> Any:
        articles = {groups[int(row[-1].removeprefix("行"))] for row in known}
        seen.append(articles)

        def judge(row: list[str]) -> float:
            assert groups[int(row[-1].removeprefix("行"))] not in articles
            return 0.5

        return SimpleNamespace(probability=judge)

    monkeypatch.setattr(fitting, "fit_yes_no", fit)
    assert fitting.cross_validate(numbered, answers, groups, 1.0).tolist() == [0.5] * 40
    assert len(seen) == 5


# the network


def test_the_network_pairs_characters_as_the_pipeline_does(table: CharacterTable):
    torch = pytest.importorskip("torch")
    from training import pair_characters

    from jishi.stages.tagger import encode_characters

    ids = table.look_up(TEXT)
    assert pair_characters(torch.from_numpy(ids.astype(np.int64))[None])[0].tolist() == encode_characters(ids).tolist()


def test_the_loss_is_nothing_where_everything_is_allowed():
    torch = pytest.importorskip("torch")
    from network import marginal_loss

    logits = torch.randn(6, 4)
    allowed = torch.ones(6, 4, dtype=torch.bool)
    assert marginal_loss(logits, allowed) == 0
    allowed[:2] = torch.tensor([False, True, False, False])
    assert torch.allclose(marginal_loss(logits, allowed), -logits[:2].log_softmax(-1)[:, 1].mean(), atol=1e-5)


# public sets in their own convention


def test_a_corpus_says_nothing_of_what_it_does_not_annotate_as_the_public_sets_do():
    spans = [[0, 1, "PER"], [4, 6, "LOC"], [7, 10, "ORG"]]  # 林老师在青禾，南屏社。
    full = data.read_public(spans, 11, "msra-val")
    assert full[0] == 1 << 4  # one character of PERSON: S
    assert full[1] == data.OUTSIDE
    assert full[4] & data.LOC == full[4]
    assert full[7] & data.ORG == full[7]
    old = data.read_public(spans, 11, "people-199801")
    assert old[1] == data.OUTSIDE | data.ORG
    assert old[4] & data.ORG == data.ORG  # it may belong to an organisation that was lost
    assert old[4] & data.LOC
    assert old[8] == data.ORG
    names = data.read_public([[0, 1, "name"], [4, 6, "address"]], 11, "cluener")
    assert names[0] == 1 << 4
    assert names[4] == names[1] == data.OUTSIDE | data.LOC | data.ORG


def test_sentences_that_another_corpus_has_too_are_dropped():
    one = [
        data.Sequence(text, "one")
        for text in ("林听雨在青禾市图书馆里读了一个下午的书。", "南屏的雨下了一整夜，第二天清晨才停。")
    ]
    other = [data.Sequence("据报道，林听雨在青禾市图书馆里读了一个下午的书。", "other")]
    assert [sequence.text for sequence in data.drop_repeated(one, other)] == [one[1].text]
