// The archive: unpacked once; search and filters work on arrays of article numbers.
const archive = { articles: [], threshold: 0.6, people: new Map(), organisations: new Map(), names: {}, entities: {} };

async function unpack() {
  const bytes = decode($("data").textContent);
  $("data").textContent = "";
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const data = JSON.parse(await new Response(stream).text());
  Object.assign(archive, { articles: data.articles, threshold: data.threshold, entities: data.entities, names: data.names });
  archive.articles.forEach((article, number) => index(article, number));
}

function decode(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const packed = atob(text);
  const bytes = new Uint8Array(packed.length);
  for (let i = 0; i < packed.length; i++) bytes[i] = packed.charCodeAt(i);
  return bytes;
}

// One person or organisation over all articles: the linked entity, else everyone of that name.
const entityOf = (article, item) => archive.entities[`${article.record.article.id}#${item.id}`] || item.name;
const nameOf = (key) => archive.names[key] || key;

function index(article, number) {
  const { record } = article;
  const add = (map, item) => {
    const key = entityOf(article, item);
    const held = map.get(key) || map.set(key, { key, name: nameOf(key), articles: [] }).get(key);
    if (held.articles[held.articles.length - 1] !== number) held.articles.push(number);
  };
  record.people.forEach((person) => add(archive.people, person));
  record.organisations.forEach((organisation) => add(archive.organisations, organisation));
  const days = record.events.flatMap((event) => [event.start, event.end]).filter((day) => day && !day.startsWith("X"));
  if (!days.length && record.article.published) days.push(record.article.published);
  days.sort();
  article.first = days[0] || null;
  article.last = days[days.length - 1] || null;
  article.day = record.article.published || article.first;
  article.types = new Set(record.events.map((event) => event.type));
  article.doubtful = record.events.some(isDoubtful) || record.talks.some(isDoubtful)
    || record.people.some((person) => person.positions.some(isDoubtful));
}

const isDoubtful = (item) => item.confidence !== undefined && item.confidence !== null && item.confidence < archive.threshold;

function searchable(article) {
  if (article.haystack === undefined) {
    const { record } = article;
    article.haystack = [
      record.article.title, article.text, record.article.id,
      ...record.people.map((person) => person.name),
      ...record.people.flatMap((person) => person.positions.map((position) => position.title)),
      ...record.organisations.flatMap((organisation) => [organisation.name, ...organisation.aliases]),
      ...record.events.map((event) => event.name),
      ...record.talks.map((talk) => talk.topic),
    ].filter(Boolean).join("\n").toLowerCase();
  }
  return article.haystack;
}

// The numbers of the articles that fit all filters, newest first; articles without a date come last.
function find(filters) {
  const words = filters.query.toLowerCase().split(/\s+/).filter(Boolean);
  const holders = ["people", "organisations"].map((kind) => {
    const chosen = kind === "people" ? filters.person : filters.organisation;
    if (!chosen) return null;
    const exact = archive[kind].get(chosen.key);
    if (exact) return new Set(exact.articles);
    const wanted = chosen.text.toLowerCase();
    const fitting = [...archive[kind].values()].filter((held) => held.name.toLowerCase().includes(wanted));
    return new Set(fitting.flatMap((held) => held.articles));
  });
  const found = [];
  archive.articles.forEach((article, number) => {
    if (holders.some((holder) => holder && !holder.has(number))) return;
    if (filters.type && !article.types.has(filters.type)) return;
    if (filters.from && (!article.last || article.last < filters.from)) return;
    if (filters.to && (!article.first || article.first > filters.to)) return;
    if (filters.doubtful && !article.doubtful) return;
    if (words.length && !words.every((word) => searchable(article).includes(word))) return;
    found.push(number);
  });
  return found.sort((a, b) => {
    const [first, second] = [archive.articles[a].day || "", archive.articles[b].day || ""];
    return first === second ? a - b : first < second ? 1 : -1;
  });
}

function suggest(kind, typed) {
  const wanted = typed.trim().toLowerCase();
  return [...archive[kind].values()]
    .filter((held) => held.name.toLowerCase().includes(wanted))
    .sort((a, b) => b.articles.length - a.articles.length || (a.key < b.key ? -1 : 1))
    .slice(0, 12);
}
