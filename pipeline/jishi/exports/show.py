"""One record for a person's eye: its events with who, as what, for whom, on what, and the evidence."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from jishi.records import Event, Person, Record

ROLE_LABELS = {
    "chair": "主持 chair", "speaker": "报告 speaker", "address": "致辞 address", "attendee": "出席 attendee",
    "awardee": "获奖 awardee", "visitor": "来访 visitor", "other": "其他 other",
}  # fmt: skip
ORGANISER_LABELS = {
    "host": "主办 host", "organiser": "承办 organiser", "co_organiser": "协办 co-organiser",
    "supporter": "支持 supporter",
}  # fmt: skip


def print_record(record: Record, source: str | None = None, console: Console | None = None) -> None:
    """Print a record as tables. With its source text the evidence of each item is printed too."""
    console = console or Console()
    article = record.article
    console.print(f"[bold]{escape(article.title or article.id)}[/bold]")
    facts = [article.id, f"published {article.published}" if article.published else "publication date unknown"]
    facts += [article.script, f"{article.characters:,} characters"]
    facts += [f"{kind} × {count}" for kind, count in article.repairs.items()]
    console.print(escape(" · ".join(facts)), style="dim")
    for credit in article.credits:
        console.print(escape(f"{credit.role}: {credit.name}"), style="dim")
    for event in record.events:
        console.print()
        console.print(_event_table(record, event, source))
    if not record.events:
        console.print("\nno event found")
    others = [person for person in record.people if not _takes_part(record, person)]
    if others:
        console.print("\n[bold]Also named[/bold]")
        for person in others:
            console.print("  " + escape(_describe(record, person)))
    loose = [talk for talk in record.talks if talk.event is None]
    for talk in loose:
        console.print(escape(f"  talk “{talk.topic}” ({talk.kind})"))
    if record.warnings:
        console.print()
        for warning in record.warnings:
            console.print(f"[yellow]warning:[/yellow] {escape(warning)}")


def _event_table(record: Record, event: Event, source: str | None) -> Table:
    people = {person.id: person for person in record.people}
    organisations = {organisation.id: organisation.name for organisation in record.organisations}
    talks = {talk.id: talk for talk in record.talks}
    table = Table(
        title=escape(f"{event.type}: {event.name or '(unnamed)'}"),
        title_justify="left",
        show_header=False,
        expand=False,
    )
    table.add_column("what", style="bold", no_wrap=True)
    table.add_column("value", overflow="fold")
    when = event.start if event.end in (None, event.start) else f"{event.start} – {event.end}"
    if when:
        table.add_row("when", when)
    if event.place:
        table.add_row("where", escape(event.place))
    for organiser in event.organisers:
        table.add_row(ORGANISER_LABELS[organiser.role], escape(organisations[organiser.organisation]))
    if event.attendance:
        table.add_row("attendance", escape(f"{event.attendance.text} ({event.attendance.bound})"))
    for participant in event.participants:
        table.add_row(ROLE_LABELS[participant.role], escape(_describe(record, people[participant.person])))
    for identifier in event.talks:
        talk = talks[identifier]
        names = "、".join(people[speaker].name for speaker in talk.speakers)
        table.add_row(f"{talk.kind}", escape(f"《{talk.topic}》" + (f" — {names}" if names else "")))
    if source:
        start, end = max(0, event.span[0] - 20), min(len(source), event.span[1] + 20)
        quoted = f"…{source[start : event.span[0]]}[{source[slice(*event.span)]}]{source[event.span[1] : end]}…"
        table.add_row("evidence", escape(quoted.replace("\n", " ")))
    table.add_row("confidence", f"{event.confidence:.2f}")
    return table


def _takes_part(record: Record, person: Person) -> bool:
    return any(participant.person == person.id for event in record.events for participant in event.participants)


def _describe(record: Record, person: Person) -> str:
    """贾平 (党组书记 · 潍坊市总工会)"""
    organisations = {organisation.id: organisation.name for organisation in record.organisations}
    held = []
    for position in person.positions:
        body = organisations.get(position.organisation or "", position.organisation_text)
        held.append(f"{position.title} · {body}" if body else position.title)
    held += person.honours
    return person.name + (f" ({'; '.join(held)})" if held else "")
