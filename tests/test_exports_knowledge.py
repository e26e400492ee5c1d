"""The knowledge base: linked data, database and graph files say the same as the tables."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from chronicle import read_chronicle

import jishi
from jishi.archive.errors import ArchiveError
from jishi.exports.database import export_database
from jishi.exports.linked_data import DEFAULT_BASE, write_json_ld, write_n_quads
from jishi.exports.linking import GazetteerEntry, Links, link
from jishi.exports.neo4j import FILES, export_neo4j
from jishi.exports.queries import QUESTIONS, read_query
from jishi.exports.schema import TABLES
from jishi.records import Record

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
PAIRS = read_chronicle()
RECORDS = [record for _, record in PAIRS]
TEXTS = {record.article.id: article.source_text for article, record in PAIRS}
SHAPES = Path(jishi.__file__).parent / "exports/shapes.ttl"


@pytest.fixture(scope="module")
def links() -> Links:
    return link(RECORDS, texts=TEXTS, gazetteer=[GazetteerEntry("Q42", "organisation", "青禾大学")])


def json_ld(records: list[Record], links: Links | None = None, base: str = DEFAULT_BASE) -> str:
    stream = io.StringIO()
    write_json_ld(records, stream, base=base, links=links)
    return stream.getvalue()


def n_quads(records: list[Record], links: Links | None = None, base: str = DEFAULT_BASE) -> str:
    stream = io.StringIO()
    write_n_quads(records, stream, base=base, links=links)
    return stream.getvalue()


def parse(text: str, format: str) -> Any:
    rdflib = pytest.importorskip("rdflib")
    dataset = rdflib.Dataset(default_union=True)
    dataset.parse(data=text, format=format)
    return dataset


# linked data


@pytest.mark.parametrize("linked", [False, True])
def test_json_ld_and_n_quads_are_the_same_statements(links: Links, linked: bool):
    given = links if linked else None
    from_json = {tuple(map(str, quad)) for quad in parse(json_ld(RECORDS, given), "json-ld").quads()}
    from_lines = {tuple(map(str, quad)) for quad in parse(n_quads(RECORDS, given), "nquads").quads()}
    assert from_json == from_lines
    assert len(from_json) > 100 * len(RECORDS)


@pytest.mark.parametrize("linked", [False, True])
def test_graph_fulfils_its_shapes(links: Links, linked: bool):
    pyshacl = pytest.importorskip("pyshacl")
    rdflib = pytest.importorskip("rdflib")
    graph = rdflib.Graph()
    for subject, predicate, value, _ in parse(n_quads(RECORDS, links if linked else None), "nquads").quads():
        graph.add((subject, predicate, value))
    conforms, _, report = pyshacl.validate(graph, shacl_graph=str(SHAPES), shacl_graph_format="turtle")
    assert conforms, report


def test_shapes_catch_faults():
    pyshacl = pytest.importorskip("pyshacl")
    rdflib = pytest.importorskip("rdflib")
    event = RECORDS[0].events[0].model_copy(update={"end": "2001-01-01", "confidence": 7.0})
    faulty = RECORDS[0].model_copy(update={"events": [event]})
    graph = rdflib.Graph()
    for subject, predicate, value, _ in parse(n_quads([faulty]), "nquads").quads():
        graph.add((subject, predicate, value))
    conforms, results, _ = pyshacl.validate(graph, shacl_graph=str(SHAPES), shacl_graph_format="turtle")
    assert not conforms
    shacl = rdflib.Namespace("http://www.w3.org/ns/shacl#")
    paths = {str(path).rsplit(":", 1)[-1].rsplit("/", 1)[-1] for path in results.objects(None, shacl.resultPath)}
    assert paths == {"startDate", "confidence"}


def test_every_fact_leads_to_its_evidence():
    answers = parse(n_quads(RECORDS), "nquads").query(
        "PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX oa: <http://www.w3.org/ns/oa#> "
        "PREFIX schema: <https://schema.org/> SELECT ?topic ?id ?start ?end WHERE { "
        "?talk a schema:CreativeWork ; schema:name ?topic ; prov:wasDerivedFrom ?span . "
        "?span oa:start ?start ; oa:end ?end ; prov:wasQuotedFrom ?article . ?article schema:identifier ?id }"
    )
    found = [(str(row.topic), TEXTS[str(row.id)][int(row.start) : int(row.end)]) for row in answers]
    assert found == [("平台如何进村", "平台如何进村")]


def test_unknown_year_has_an_edtf_date_only():
    answers = parse(n_quads(RECORDS[7:]), "nquads").query(
        "PREFIX schema: <https://schema.org/> PREFIX dcterms: <http://purl.org/dc/terms/> SELECT ?date ?start WHERE { "
        "?event a schema:Event ; dcterms:date ?date . OPTIONAL { ?event schema:startDate ?start } }"
    )
    assert [(str(row.date), row.start) for row in answers] == [("XXXX-04-23", None)]


def test_entities_join_articles_and_name_what_others_call_them(links: Links):
    dataset = parse(json_ld(RECORDS, links, "https://chronicle.example.org/"), "json-ld")
    answers = dataset.query(
        "PREFIX schema: <https://schema.org/> SELECT ?person (COUNT(DISTINCT ?article) AS ?articles) WHERE { "
        "GRAPH ?article { ?person a schema:Person ; schema:name '李晨' } ?article a schema:NewsArticle } "
        "GROUP BY ?person"
    )
    assert sorted(int(row.articles) for row in answers) == [2, 2]
    same = dataset.query(
        "PREFIX schema: <https://schema.org/> "
        "SELECT ?known WHERE { ?body schema:name '青禾大学' ; schema:sameAs ?known }"
    )
    assert {str(row.known) for row in same} == {"http://www.wikidata.org/entity/Q42"}


def test_hostile_strings_stay_inside_their_literals():
    hostile = 'x" . <urn:a> <urn:b> <urn:c> .\n\\u0041\t\x07'
    article = RECORDS[0].article.model_copy(
        update={"title": hostile, "id": 'a b<c>"{}|\\^`#?/中', "url": "not an address"}
    )
    record = RECORDS[0].model_copy(update={"article": article})
    from_lines = parse(n_quads([record]), "nquads")
    from_json = parse(json_ld([record]), "json-ld")
    for dataset in (from_lines, from_json):
        titles = {str(value) for _, predicate, value, _ in dataset.quads() if str(predicate).endswith("/headline")}
        assert titles == {hostile}
    assert {tuple(map(str, quad)) for quad in from_lines.quads()} == {tuple(map(str, q)) for q in from_json.quads()}


def test_linked_data_again_is_the_same(links: Links):
    assert n_quads(RECORDS, links) == n_quads(RECORDS, links)
    assert json_ld(RECORDS, links) == json_ld(RECORDS, links)


# database


def test_database_holds_the_rows_of_the_tables(tmp_path: Path):
    pytest.importorskip("pandas")
    counts = export_database(RECORDS, tmp_path / "chronicle.sqlite")
    connection = sqlite3.connect(tmp_path / "chronicle.sqlite")
    for name, frame in jishi.frames(RECORDS).items():
        stored = connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
        assert counts[name] == stored == len(frame)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def dump(path: Path) -> list[str]:
    return list(sqlite3.connect(path).iterdump())


def test_feeding_articles_again_changes_nothing(tmp_path: Path):
    path = tmp_path / "chronicle.sqlite"
    export_database(RECORDS, path)
    before = Counter(dump(path))
    export_database(RECORDS[2:5], path)
    assert Counter(dump(path)) == before


def test_changed_article_is_replaced_and_others_stay(tmp_path: Path):
    path = tmp_path / "chronicle.sqlite"
    export_database(RECORDS, path)
    changed = RECORDS[0].model_copy(update={"talks": [], "events": []})
    export_database([changed], path)
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM events WHERE article_id = 'c01'").fetchone()[0] == 0
    assert connection.execute("SELECT count(*) FROM participations WHERE article_id = 'c01'").fetchone()[0] == 0
    assert connection.execute("SELECT count(*) FROM events").fetchone()[0] == len(RECORDS) - 1
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_new_database_again_is_the_same_bytes(tmp_path: Path, links: Links):
    for name in ("once", "again"):
        export_database(RECORDS, tmp_path / name, links)
    assert (tmp_path / "once").read_bytes() == (tmp_path / "again").read_bytes()


def test_error_midway_leaves_the_database_as_it_was(tmp_path: Path):
    path = tmp_path / "chronicle.sqlite"
    export_database(RECORDS[:2], path)
    before = dump(path)

    def interrupted() -> Any:
        yield RECORDS[3]
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        export_database(interrupted(), path)
    assert dump(path) == before


def test_links_name_entities_in_articles_fed_before(tmp_path: Path, links: Links):
    path = tmp_path / "chronicle.sqlite"
    export_database(RECORDS, path)
    export_database([], path, links)
    rows = sqlite3.connect(path).execute(
        "SELECT entities.description, count(*) FROM people JOIN entities USING (entity_id) WHERE people.name = '李晨' "
        "GROUP BY entity_id ORDER BY 1"
    )
    assert rows.fetchall() == [("李晨（临江市总工会副主席）", 2), ("李晨（青禾大学副校长）", 2)]


def test_database_of_something_else_is_left_alone(tmp_path: Path):
    other = tmp_path / "other.sqlite"
    sqlite3.connect(other).execute("CREATE TABLE recipes (name)").connection.commit()
    with pytest.raises(ArchiveError, match="something else"):
        export_database(RECORDS, other)
    (tmp_path / "text").write_text("no database at all, though long enough to be taken for one")
    with pytest.raises(ArchiveError, match="text"):
        export_database(RECORDS, tmp_path / "text")


def test_columns_are_documented_in_the_database(tmp_path: Path):
    export_database([], tmp_path / "chronicle.sqlite")
    statements = dict(
        sqlite3.connect(tmp_path / "chronicle.sqlite").execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'table'"
        )
    )
    assert set(statements) == {*TABLES, "entities"}
    assert "-- Last day, inclusive." in statements["events"]


# the same answers


def ask_sql(records: list[Record], links: Links | None, question: str, path: Path) -> list[tuple[Any, ...]]:
    export_database(records, path, links)
    return sqlite3.connect(path).execute(read_query(question, "sql")).fetchall()


def ask_sparql(records: list[Record], links: Links | None, question: str) -> list[tuple[Any, ...]]:
    rows = parse(n_quads(records, links), "nquads").query(read_query(question, "sparql"))

    def simplify(value: Any) -> Any:
        if value is None or not str(value).startswith(DEFAULT_BASE):
            return None if value is None else value.toPython() if hasattr(value, "toPython") else str(value)
        return str(value).removeprefix(DEFAULT_BASE).split("/", 1)[1]

    return [
        tuple(each.isoformat() if hasattr(each, "isoformat") else each for each in map(simplify, row)) for row in rows
    ]


def ask_pandas(records: list[Record], links: Links | None, question: str) -> list[tuple[Any, ...]]:
    pytest.importorskip("pandas")
    tables = jishi.frames(records, links)
    names = {entity.id: entity.name for entity in links.entities.values()} if links else {}
    people = tables.people.assign(
        person=tables.people.entity_id.fillna(tables.people.person_id),
        speaker=tables.people.entity_id.map(names).astype("string").fillna(tables.people.name),
    )
    bodies = tables.organisations.assign(
        body=tables.organisations.entity_id.fillna(tables.organisations.organisation_id),
        organisation=tables.organisations.entity_id.map(names).astype("string").fillna(tables.organisations.name),
    )
    if question == "events_by_month":
        events = tables.events.dropna(subset="start")
        counts = events.groupby([events.start_iso.str[:7], events.type.astype("string")]).size()
        return [(*key, count) for key, count in counts.items()]
    if question == "titles_over_time":
        held = tables.positions.merge(people[["person_id", "person", "speaker"]], on="person_id")
        held = held.merge(bodies[["organisation_id", "organisation"]], on="organisation_id")
        held = held.merge(tables.articles[["article_id", "published"]], on="article_id").dropna(subset="published")
        held = held.assign(day=held.published.dt.strftime("%Y-%m-%d"))
        days = held.groupby(["person", "speaker", "title", "organisation"]).day.agg(["min", "max"])
        return [(*key, *row) for key, row in zip(days.index, days.itertuples(index=False), strict=True)]
    if question == "appearing_together":
        taking = tables.participations.merge(people[["person_id", "person"]], on="person_id")
        taking = taking[["event_id", "person"]].drop_duplicates()
        pairs = taking.merge(taking, on="event_id")
        pairs = pairs[pairs.person_x < pairs.person_y]
        return [(*key, count) for key, count in pairs.groupby(["person_x", "person_y"]).size().items()]
    if question == "hosts":
        hosts = tables.organisers[tables.organisers.role.isin(["host", "organiser", "co_organiser"])]
        counts = hosts.merge(bodies, on="organisation_id").groupby("body").event_id.nunique()
        return list(counts.items())
    talks = tables.talks.merge(tables.speakers, on="talk_id").merge(people[["person_id", "speaker"]], on="person_id")
    talks = talks.merge(tables.events[["event_id", "name", "start_iso"]], on="event_id", how="left")
    chosen = talks[["topic", "speaker", "name", "start_iso"]].astype(object)
    return list(chosen.where(chosen.notna(), None).itertuples(index=False, name=None))


@pytest.mark.parametrize("linked", [False, True])
@pytest.mark.parametrize("question", QUESTIONS)
def test_sql_sparql_and_pandas_give_the_same_answers(links: Links, linked: bool, question: str, tmp_path: Path):
    given = links if linked else None

    def sort(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        unquoted = [tuple(each.replace("%23", "#") if isinstance(each, str) else each for each in row) for row in rows]
        return sorted(unquoted, key=lambda row: tuple(map(str, row)))

    from_pandas = sort(ask_pandas(RECORDS, given, question))
    assert from_pandas
    assert sort(ask_sql(RECORDS, given, question, tmp_path / "chronicle.sqlite")) == from_pandas
    assert sort(ask_sparql(RECORDS, given, question)) == from_pandas


# Neo4j


def read_csv(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("linked", [False, True])
def test_relationships_lead_from_node_to_node(links: Links, linked: bool, tmp_path: Path):
    counts = export_neo4j(RECORDS, tmp_path, links if linked else None)
    nodes: dict[str, list[str]] = {}
    for name, columns in FILES.items():
        if name.startswith("nodes_"):
            group = columns[0].removeprefix("id:ID(").removesuffix(")")
            nodes[group] = [row[columns[0]] for row in read_csv(tmp_path / f"{name}.csv")]
            assert len(nodes[group]) == len(set(nodes[group])) > 0
    for name, columns in FILES.items():
        rows = read_csv(tmp_path / f"{name}.csv")
        assert counts[f"{name}.csv"] == len(rows)
        for column in columns:
            if column.startswith((":START_ID", ":END_ID")):
                group = column.partition("(")[2].removesuffix(")")
                assert {row[column] for row in rows} <= set(nodes[group])


def test_graph_files_reconcile_with_the_records(links: Links, tmp_path: Path):
    counts = export_neo4j(RECORDS, tmp_path, links)
    events = [event for record in RECORDS for event in record.events]
    assert counts["nodes_articles.csv"] == len(RECORDS)
    assert counts["nodes_events.csv"] == counts["relationships_reports.csv"] == len(events)
    assert counts["relationships_took_part.csv"] == sum(len(event.participants) for event in events)
    assert counts["nodes_people.csv"] == sum(1 for entity in links.entities.values() if entity.kind == "person")
