// One article: its source text with coloured spans, and beside it what was found.

const KINDS = ["person", "position", "organisation", "date", "talk", "credit", "event"];
let shown = { number: null, spans: [], marks: [], point: -1 };

// Every span of a record with what it stands for and why.
function collectSpans(record) {
  const organisations = new Map(record.organisations.map((organisation) => [organisation.id, organisation]));
  const people = new Map(record.people.map((person) => [person.id, person]));
  const spans = [];
  const add = (kind, id, span, what, why, doubtful = false) => spans.push({ kind, id, start: span[0], end: span[1], what, why, doubtful });
  for (const event of record.events) {
    const what = `${label(event.type)}${event.name ? `：${event.name}` : ""}`;
    add("event", event.id, event.span, what, explainConfidence(event), isDoubtful(event));
  }
  for (const organisation of record.organisations) {
    const parent = organisations.get(organisation.parent);
    const why = [
      organisation.aliases.length ? `又作 also ${organisation.aliases.join("、")}` : "",
      parent ? `属于 part of ${parent.name}` : "",
    ].filter(Boolean).join("；");
    organisation.spans.forEach((span) => add("organisation", organisation.id, span, organisation.name, why));
  }
  for (const person of record.people) {
    const held = person.positions.map((position) => describePosition(position, organisations));
    const why = [...held, ...person.honours, person.honorific].filter(Boolean).join("；");
    person.spans.forEach((span) => add("person", person.id, span, person.name, why));
    person.positions.forEach((position, number) => {
      const body = organisations.get(position.organisation);
      const why = [
        `${person.name}`,
        position.organisation_text
          ? `原文 written ${position.organisation_text}${body && body.name !== position.organisation_text ? ` → ${body.name}` : ""}`
          : "原文未写机构 no organisation written",
        explainConfidence(position),
      ].filter(Boolean).join("；");
      add("position", `${person.id}.${number}`, position.span, position.title, why, isDoubtful(position));
    });
  }
  for (const date of record.dates) {
    const days = describeDays(date) || date.edtf || "";
    const guessed = date.inferred.length ? `推断 inferred: ${date.inferred.map(label).join("、")}` : "";
    const clock = date.start_time ? `${date.start_time}${date.end_time ? `–${date.end_time}` : ""}` : "";
    add("date", date.id, date.span, `${days} ${clock}`.trim(), [label(date.granularity), guessed].filter(Boolean).join("；"));
  }
  for (const talk of record.talks) {
    const speakers = talk.speakers.map((id) => people.get(id).name).join("、");
    const why = [label(talk.kind), speakers, explainConfidence(talk)].filter(Boolean).join("；");
    add("talk", talk.id, talk.span, talk.topic, why, isDoubtful(talk));
  }
  record.article.credits.forEach((credit, number) => add("credit", `c${number}`, credit.span, credit.name, label(credit.role)));
  return spans;
}

const describeDays = (item) => (item.start && item.end && item.end !== item.start ? `${item.start} – ${item.end}` : item.start || "");
const explainConfidence = (item) => (item.confidence === undefined || item.confidence === null
  ? "" : `置信度 confidence ${item.confidence.toFixed(2)}${isDoubtful(item) ? "（存疑 low）" : ""}`);
const describePosition = (position, organisations) => {
  const body = organisations.get(position.organisation);
  const name = body ? body.name : position.organisation_text;
  return name ? `${name} ${position.title}` : position.title;
};

// Spans count code points, JavaScript strings UTF-16 units: cut through an array where the two differ.
function makeCutter(text) {
  if (!/[\ud800-\udfff]/.test(text)) return (start, end) => text.slice(start, end);
  const points = Array.from(text);
  return (start, end) => points.slice(start, end).join("");
}

function renderText(article, spans) {
  const cut = makeCutter(article.text);
  const length = article.record.article.characters;
  const bounds = new Set([0, length, article.record.article.body_start]);
  spans.forEach((span) => bounds.add(span.start).add(span.end));
  const points = [...bounds].filter((point) => point <= length).sort((a, b) => a - b);
  const opening = new Map();
  spans.forEach((span) => opening.set(span.start, [...(opening.get(span.start) || []), span]));
  const source = element("div", { class: "source", lang: article.record.article.script === "traditional" ? "zh-Hant" : "zh-Hans" });
  const marks = [];
  let open = [];
  for (let i = 0; i + 1 < points.length; i++) {
    const [start, end] = [points[i], points[i + 1]];
    open = open.filter((span) => span.end > start).concat(opening.get(start) || []);
    const text = cut(start, end);
    const headline = start < article.record.article.body_start ? " headline" : "";
    if (!open.length) {
      source.append(headline ? element("span", { class: "headline" }, text) : text);
      continue;
    }
    // The shortest span gives the colour: 校长 inside 青禾大学校长林听雨.
    const inner = open.filter((span) => span.kind !== "event").sort((a, b) => a.end - a.start - (b.end - b.start))[0];
    const classes = [inner ? inner.kind : "", open.some((span) => span.kind === "event") ? "in-event" : ""];
    if (open.some((span) => span.doubtful)) classes.push("doubtful");
    const mark = element("mark", { class: classes.filter(Boolean).join(" ") + headline, tabindex: "-1" }, text);
    mark.spans = [...open];
    marks.push(mark);
    source.append(mark);
  }
  return { source, marks };
}

function renderLegend(article, spans) {
  const present = KINDS.filter((kind) => spans.some((span) => span.kind === kind));
  return element("div", { class: "legend" }, present.map((kind) => {
    const box = element("input", { type: "checkbox", checked: true });
    box.addEventListener("change", () => shown.marks.forEach((mark) => {
      const name = kind === "event" ? "in-event" : kind;
      if (mark.spans.some((span) => span.kind === kind)) mark.classList.toggle(name, box.checked && (kind === "event" || colourOf(mark) === kind));
    }));
    return element("label", {}, box, element("span", { class: `swatch ${kind}` }), label(kind));
  }));
}

const colourOf = (mark) => {
  const inner = mark.spans.filter((span) => span.kind !== "event").sort((a, b) => a.end - a.start - (b.end - b.start))[0];
  return inner && inner.kind;
};

// A piece of the record that lights up its evidence in the text, and goes there when chosen.
function item(text, ...ids) {
  const made = element("button", { class: "item", type: "button" }, text);
  made.ids = ids.filter(Boolean);
  return made;
}

function renderEvent(record, event) {
  const organisations = new Map(record.organisations.map((organisation) => [organisation.id, organisation]));
  const people = new Map(record.people.map((person) => [person.id, person]));
  const talks = new Map(record.talks.map((talk) => [talk.id, talk]));
  const list = element("dl");
  const row = (term, ...content) => list.append(element("dt", {}, term), element("dd", {}, ...content));
  if (event.start) row("时间 when", item(describeDays(event), event.date));
  if (event.place) row("地点 where", event.place);
  for (const organiser of event.organisers) {
    row(label(organiser.role), item(organisations.get(organiser.organisation).name, organiser.organisation));
  }
  if (event.attendance) row("人数 attendance", `${event.attendance.text}（${label(event.attendance.bound)} ${event.attendance.count}）`);
  const roles = new Map();
  for (const { person, role } of event.participants) roles.set(role, [...(roles.get(role) || []), person]);
  for (const [role, ids] of roles) {
    row(label(role), ids.map((id) => element("div", {}, renderPerson(people.get(id), organisations))));
  }
  for (const id of event.talks) {
    const talk = talks.get(id);
    const speakers = talk.speakers.map((speaker) => people.get(speaker).name).join("、");
    row(talk.kind === "address" ? "致辞 address" : label(talk.kind), item(`《${talk.topic}》`, talk.id), speakers ? ` ${speakers}` : "", renderDoubt(talk));
  }
  return element("section", { class: isDoubtful(event) ? "card happening uncertain" : "card happening" },
    element("h3", {}, item(event.name || label(event.type), event.id)),
    element("span", { class: "chip" }, label(event.type)), " ",
    element("span", { class: isDoubtful(event) ? "chip doubt" : "chip" }, explainConfidence(event)), list);
}

// In how many articles a person or organisation stands; choosing it filters by them.
function renderElsewhere(field, kind, thing) {
  const held = archive[kind].get(entityOf(archive.articles[shown.number], thing));
  if (!held || held.articles.length < 2) return "";
  const button = element("button", {
    class: "chip elsewhere", type: "button", title: `看全部 ${held.articles.length} 篇 show all ${held.articles.length} articles`,
  }, `${held.articles.length} 篇`);
  button.addEventListener("click", () => choose(field, held));
  return [" ", button];
}

const renderDoubt = (thing) => (isDoubtful(thing) ? [" ", element("span", { class: "chip doubt" }, `存疑 low ${thing.confidence.toFixed(2)}`)] : "");

function renderPerson(person, organisations) {
  const held = person.positions.map((position, number) => [
    " ", item(describePosition(position, organisations), `${person.id}.${number}`), renderDoubt(position),
  ]);
  const honours = person.honours.length ? ` ${person.honours.join("、")}` : "";
  return [item(person.name, person.id), held, honours, renderElsewhere("person", "people", person)].flat(3);
}

function renderFacts(record) {
  const organisations = new Map(record.organisations.map((organisation) => [organisation.id, organisation]));
  const facts = element("div", { class: "facts" });
  const section = (title, items) => {
    if (items.length) facts.append(element("section", { class: "card" }, element("h3", {}, title), element("ul", {}, items.map((each) => element("li", {}, each)))));
  };
  record.events.forEach((event) => facts.append(renderEvent(record, event)));
  if (!record.events.length) facts.append(element("p", { class: "card happening faint" }, "未发现事件 No event found"));
  const taking = new Set(record.events.flatMap((event) => event.participants.map((participant) => participant.person)));
  section("其他人物 Also named", record.people.filter((person) => !taking.has(person.id)).map((person) => renderPerson(person, organisations)));
  section("其他议题 Other talks", record.talks.filter((talk) => !record.events.some((event) => event.talks.includes(talk.id))).map((talk) => [item(talk.topic, talk.id), renderDoubt(talk)].flat()));
  section("机构 Organisations", record.organisations.map((organisation) => [
    item(organisation.name, organisation.id), organisation.aliases.length ? ` （${organisation.aliases.join("、")}）` : "",
    ...renderElsewhere("organisation", "organisations", organisation),
  ]));
  section("日期 Dates", record.dates.map((date) => [item(date.text, date.id), ` ${describeDays(date)}`]));
  section("署名 Credits", record.article.credits.map((credit, number) => [item(credit.name, `c${number}`), ` ${label(credit.role)}`]));
  section("提醒 Warnings", record.warnings.map((warning) => [warning]));
  return facts;
}

function renderMeta(record) {
  const { article } = record;
  const facts = [article.id, article.published || "日期不明 undated", label(article.script), `${article.characters} 字 characters`];
  for (const [kind, count] of Object.entries(article.repairs)) facts.push(`${kind} × ${count}`);
  if (article.source && article.source !== article.id) facts.push(article.source);
  const meta = element("p", { class: "meta" }, facts.join(" · "));
  if (article.url && /^https?:\/\//i.test(article.url)) {
    meta.append(" · ", element("a", { href: article.url, rel: "noopener noreferrer", target: "_blank" }, "原文 source"));
  }
  if (article.duplicate_of) meta.append(` · 重复 duplicate of ${article.duplicate_of}`);
  return meta;
}

function showArticle(number) {
  const article = archive.articles[number];
  const { record } = article;
  const spans = collectSpans(record);
  const back = element("button", { class: "back", type: "button" }, "← 返回 Back");
  back.addEventListener("click", () => { location.hash = ""; });
  const left = element("div");
  shown = { number, spans, marks: [], point: -1 };
  if (article.text) {
    const { source, marks } = renderText(article, spans);
    shown.marks = marks;
    left.append(renderLegend(article, spans), source);
  } else {
    left.append(element("p", { class: "faint" }, "本报告未含原文。The source text is not in this report: make it with --articles."));
  }
  const facts = renderFacts(record);
  $("detail").replaceChildren(back, element("h2", {}, record.article.title || record.article.id), renderMeta(record), element("div", { class: "sides" }, left, facts));
  $("detail").scrollTop = 0;
}

function light(ids) {
  shown.marks.forEach((mark) => mark.classList.toggle("lit", mark.spans.some((span) => ids.includes(span.id))));
  for (const made of $("detail").querySelectorAll(".item")) made.classList.toggle("lit", made.ids.some((id) => ids.includes(id)));
}

function showTip(mark) {
  const paragraphs = mark.spans.slice().sort((a, b) => a.end - a.start - (b.end - b.start)).map((span) => element("p", {},
    `${label(span.kind)} `, element("b", {}, span.what), span.why ? element("span", { class: "why" }, span.why) : ""));
  $("tip").replaceChildren(...paragraphs);
  $("tip").hidden = false;
  const place = mark.getClientRects()[0];
  const tip = $("tip").getBoundingClientRect();
  const above = place.top - tip.height - 8;
  $("tip").style.left = `${Math.max(8, Math.min(place.left, innerWidth - tip.width - 8))}px`;
  $("tip").style.top = `${above > 4 ? above : place.bottom + 8}px`;
  light(mark.spans.filter((span) => span.kind !== "event" || mark.spans.length === 1).map((span) => span.id));
}

function hideTip() {
  $("tip").hidden = true;
  light([]);
}

function stepThroughMarks(step) {
  if (!shown.marks.length) return;
  shown.point = (shown.point + step + shown.marks.length) % shown.marks.length;
  const mark = shown.marks[shown.point];
  mark.focus({ preventScroll: true });
  mark.scrollIntoView({ block: "center" });
  showTip(mark);
}
