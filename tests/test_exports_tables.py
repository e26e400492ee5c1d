"""Tables: everything that the records hold, with types and keys that join."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from chronicle import read_chronicle, write_records

import jishi
from jishi.exports.linking import link, write_links
from jishi.exports.schema import TABLES, describe_columns
from jishi.exports.tables import Frames, export_tables

pd = pytest.importorskip("pandas")
RECORDS = [record for _, record in read_chronicle()]


@pytest.fixture(scope="module")
def tables() -> Frames:
    return jishi.frames(RECORDS)


def missing_to_none(value: Any) -> Any:
    return None if pd.isna(value) else value


def rebuild(tables: Frames) -> list[dict[str, Any]]:
    """The records again, from nothing but the tables."""

    def rows(table: str, **match: str) -> list[dict[str, Any]]:
        frame = tables[table]
        for column, value in match.items():
            frame = frame[frame[column] == value]
        return [{key: missing_to_none(value) for key, value in row.items()} for row in frame.to_dict("records")]

    def local(key: str | None) -> str | None:
        return None if key is None else key.split("#")[1]

    def spans(kind: str, item: str) -> list[list[int]]:
        return [[row["start"], row["end"]] for row in rows("mentions", kind=kind, item_id=item)]

    records = []
    for article in rows("articles"):
        key = article["article_id"]
        records.append(
            {
                "schema_version": "1.0",
                "article": {
                    "id": key,
                    **{name: article[name] for name in ("source", "url", "title")},
                    "published": article["published"] and article["published"].date().isoformat(),
                    **{name: article[name] for name in ("script", "characters", "body_start")},
                    "repairs": {row["kind"]: row["count"] for row in rows("repairs", article_id=key)},
                    "credits": [
                        {
                            "name": row["name"],
                            "role": row["role"],
                            "span": spans("credit", f"{key}#{row['credit']}")[0],
                        }
                        for row in rows("credits", article_id=key)
                    ],
                    **({"published_from": article["published_from"]} if article["published_from"] else {}),
                },
                "dates": [
                    {
                        "id": local(row["date_id"]),
                        "text": row["text"],
                        "start": row["start_iso"],
                        "end": row["end_iso"],
                        "edtf": row["edtf"],
                        "granularity": row["precision"],
                        "start_time": row["start_time"],
                        "end_time": row["end_time"],
                        "inferred": row["inferred"].split("+") if row["inferred"] else [],
                        "span": spans("date", row["date_id"])[0],
                    }
                    for row in rows("dates", article_id=key)
                ],
                "organisations": [
                    {
                        "id": local(row["organisation_id"]),
                        "name": row["name"],
                        "aliases": [each["alias"] for each in rows("aliases", organisation_id=row["organisation_id"])],
                        "spans": spans("organisation", row["organisation_id"]),
                    }
                    for row in rows("organisations", article_id=key)
                ],
                "people": [
                    {
                        "id": local(row["person_id"]),
                        "name": row["name"],
                        "positions": [
                            {
                                "title": position["title"],
                                "organisation": local(position["organisation_id"]),
                                "organisation_text": position["organisation_text"],
                                "span": spans("position", position["position_id"])[0],
                                "confidence": position["confidence"],
                            }
                            for position in rows("positions", person_id=row["person_id"])
                        ],
                        "honours": [each["honour"] for each in rows("honours", person_id=row["person_id"])],
                        "honorific": row["honorific"],
                        "spans": spans("person", row["person_id"]),
                    }
                    for row in rows("people", article_id=key)
                ],
                "talks": [
                    {
                        "id": local(row["talk_id"]),
                        "topic": row["topic"],
                        "kind": row["kind"],
                        "speakers": [local(each["person_id"]) for each in rows("speakers", talk_id=row["talk_id"])],
                        "event": local(row["event_id"]),
                        "date": local(row["date_id"]),
                        "span": spans("talk", row["talk_id"])[0],
                        "confidence": row["confidence"],
                    }
                    for row in rows("talks", article_id=key)
                ],
                "events": [
                    {
                        "id": local(row["event_id"]),
                        **{name: row[name] for name in ("type", "name")},
                        "date": local(row["date_id"]),
                        "start": row["start_iso"],
                        "end": row["end_iso"],
                        "place": row["place"],
                        "organisers": [
                            {"organisation": local(each["organisation_id"]), "role": each["role"]}
                            for each in rows("organisers", event_id=row["event_id"])
                        ],
                        "participants": [
                            {"person": local(each["person_id"]), "role": each["role"]}
                            for each in rows("participations", event_id=row["event_id"])
                        ],
                        "attendance": row["attendance"]
                        and {
                            "count": row["attendance"],
                            "bound": row["attendance_bound"],
                            "text": row["attendance_text"],
                        },
                        "talks": [local(each["talk_id"]) for each in rows("talks", event_id=row["event_id"])],
                        "span": spans("event", row["event_id"])[0],
                        "confidence": row["confidence"],
                    }
                    for row in rows("events", article_id=key)
                ],
                "warnings": [row["message"] for row in rows("warnings", article_id=key)],
            }
        )
    return records


def test_records_can_be_rebuilt_from_the_tables(tables: Frames):
    assert rebuild(tables) == [record.to_dict() for record in RECORDS]


def test_tables_read_from_a_file_are_those_of_its_records(tables: Frames, tmp_path: Path):
    read = jishi.frames(write_records(tmp_path / "records.jsonl", RECORDS))
    for name, frame in tables.items():
        pd.testing.assert_frame_equal(read[name], frame)


@pytest.mark.parametrize("table", TABLES)
def test_frame_follows_its_schema(tables: Frames, table: str):
    pandera = pytest.importorskip("pandera.pandas")
    dtypes = {"string": "string", "integer": "Int64", "number": "float64", "date": "datetime64[s]"}
    columns = {}
    for name, kind, categories, nullable, _ in describe_columns(table):
        dtype = pd.CategoricalDtype(list(categories)) if kind == "category" else dtypes[kind]
        columns[name] = pandera.Column(dtype, nullable=nullable)
    pandera.DataFrameSchema(columns, strict=True, ordered=True).validate(tables[table])


@pytest.mark.parametrize(
    "table", [name for name, row in TABLES.items() if next(iter(row.model_fields)) != "article_id"]
)
def test_keys_join(tables: Frames, table: str):
    """Every key of a row exists in the table that it is the key of."""
    homes = {"event_id": "events", "person_id": "people", "organisation_id": "organisations", "talk_id": "talks"}
    homes |= {"article_id": "articles", "date_id": "dates", "position_id": "positions"}
    for column in tables[table].columns:
        if column in homes:
            assert set(tables[table][column].dropna()) <= set(tables[homes[column]][column])


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("articles", "article_id"), ("dates", "date_id"), ("organisations", "organisation_id"), ("people", "person_id"),
        ("positions", "position_id"), ("talks", "talk_id"), ("events", "event_id"),
    ],
)  # fmt: skip
def test_keys_are_unique(tables: Frames, table: str, key: str):
    assert tables[table][key].is_unique
    assert len(tables[table]) > 0


def test_unknown_year_is_no_date_but_is_not_lost(tables: Frames):
    event = tables.events.set_index("event_id").loc["c08#e1"]
    assert pd.isna(event.start)
    assert (event.start_iso, event.precision) == ("XXXX-04-23", "unknown_year")


def test_every_column_is_documented():
    for table in TABLES:
        for column, _, _, _, description in describe_columns(table):
            assert description, f"{table}.{column}"


def test_no_records_give_empty_tables_of_the_same_types(tables: Frames):
    empty = jishi.frames([])
    for name, frame in tables.items():
        assert len(empty[name]) == 0
        assert list(empty[name].dtypes) == list(frame.dtypes)


def test_parquet_holds_the_same_rows(tables: Frames, tmp_path: Path):
    pytest.importorskip("pyarrow")
    counts = export_tables(RECORDS, tmp_path)
    for name, frame in tables.items():
        stored = pd.read_parquet(tmp_path / f"{name}.parquet")
        assert counts[f"{name}.parquet"] == len(stored) == len(frame)
        assert list(stored.columns) == list(frame.columns)
        for column in frame.columns:
            expected = [missing_to_none(value) for value in frame[column]]
            if frame[column].dtype.kind == "M":
                expected = [value and value.date() for value in expected]
            assert [missing_to_none(value) for value in stored[column]] == expected


def test_parquet_again_is_the_same_bytes(tmp_path: Path):
    pytest.importorskip("pyarrow")
    export_tables(RECORDS, tmp_path / "once")
    export_tables(iter(RECORDS), tmp_path / "again")
    for file in sorted((tmp_path / "once").iterdir()):
        assert file.read_bytes() == (tmp_path / "again" / file.name).read_bytes()


def test_rows_written_in_batches_are_all_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("jishi.exports.tables.ROWS_AT_ONCE", 3)
    export_tables(RECORDS, tmp_path)
    stored = pd.read_parquet(tmp_path / "mentions.parquet")
    assert len(stored) == sum(1 for record in RECORDS for _ in record.spans())


def test_entity_ids_stand_beside_people_and_organisations(tmp_path: Path):
    links = link(RECORDS)
    write_links(links, tmp_path)
    for given in (links, tmp_path):
        tables = jishi.frames(RECORDS, links=given)
        assert tables.people.set_index("person_id").entity_id.to_dict() == {
            key: entity for key, entity in links.entity_ids.items() if entity.startswith("person")
        }
        assert set(tables.organisations.entity_id) <= set(links.entities)


def test_a_single_record_has_tables_too():
    assert jishi.frames(RECORDS[0]).articles["article_id"].tolist() == [RECORDS[0].article.id]
