// Filters, timeline, list, keys; runs when the page opens.
const LIST_STEP = 60;
let found = [];
let listed = 0;
const chosen = { person: null, organisation: null };

const readFilters = () => ({
  query: $("query").value, type: $("type").value, from: $("from").value, to: $("to").value, doubtful: $("doubtful").checked,
  person: readChoice("person"), organisation: readChoice("organisation"),
});
function readChoice(field) {
  const text = $(field).value.trim();
  if (!text) return null;
  return { key: chosen[field] && chosen[field].name === text ? chosen[field].key : text, text };
}

function refresh() {
  found = find(readFilters());
  listed = 0;
  $("list").replaceChildren();
  const events = found.reduce((sum, number) => sum + archive.articles[number].record.events.length, 0);
  $("count").textContent = found.length ? `${found.length} 篇 articles · ${events} 件 events` : "没有符合的文章 No article fits";
  listMore();
  drawTimeline();
}

function listMore() {
  const part = found.slice(listed, listed + LIST_STEP);
  listed += part.length;
  $("list").append(...part.map((number) => {
    const article = archive.articles[number];
    const types = [...article.types].map((type) => element("span", { class: "chip" }, label(type)));
    const doubt = article.doubtful ? element("span", { class: "chip doubt" }, "存疑 low") : "";
    const link = element("a", { href: `#a=${encodeURIComponent(article.record.article.id)}` },
      element("span", { class: "title" }, article.record.article.title || (article.text || article.record.article.id).slice(0, 40)),
      element("small", {}, article.day || "日期不明 undated", " "), ...types.flatMap((chip) => [chip, " "]), doubt);
    if (number === shown.number) link.setAttribute("aria-current", "true");
    return element("li", {}, link);
  }));
}

// Timeline: events a month, or a year where the archive spans more than sixteen years.
function drawTimeline() {
  const counts = new Map();
  const all = [];
  const collect = (numbers, add) => numbers.forEach((number) => archive.articles[number].record.events.forEach((event) => {
    if (event.start && !event.start.startsWith("X")) add(event.start);
  }));
  collect(archive.articles.keys(), (day) => all.push(day));
  if (!all.length) return $("timeline").replaceChildren();
  all.sort();
  // A few stray years (1949年 in a history) must not squeeze the rest: the scale leaves out one event in two hundred a side.
  const trim = Math.floor(all.length / 200);
  const [first, last] = [all[trim], all[all.length - 1 - trim]];
  const years = Number(last.slice(0, 4)) - Number(first.slice(0, 4)) + 1;
  const size = years > 16 ? 4 : 7;
  collect(found, (day) => counts.set(day.slice(0, size), (counts.get(day.slice(0, size)) || 0) + 1));
  const slots = [];
  for (let year = Number(first.slice(0, 4)); year <= Number(last.slice(0, 4)); year++) {
    const name = String(year).padStart(4, "0");
    if (size === 4) slots.push(name);
    else for (let month = 1; month <= 12; month++) slots.push(`${name}-${String(month).padStart(2, "0")}`);
  }
  const shownSlots = size === 4 ? slots : slots.filter((slot) => slot >= first.slice(0, 7) && slot <= last.slice(0, 7));
  const highest = Math.max(1, ...shownSlots.map((slot) => counts.get(slot) || 0));
  const width = Math.max(300, $("timeline").clientWidth - 2);
  const step = width / shownSlots.length;
  const svg = vector("svg", { viewBox: `0 0 ${width} 74`, role: "group", "aria-label": "每月事件 Events by time" });
  svg.append(vector("line", { x1: 0, x2: width, y1: 56, y2: 56 }));
  let labelled = -100;
  shownSlots.forEach((slot, position) => {
    const count = counts.get(slot) || 0;
    const height = count ? Math.max(2, (count / highest) * 50) : 0;
    const group = vector("g", { class: "slot", tabindex: count ? 0 : -1, role: "button", "aria-label": `${slot}: ${count} 件 events` });
    group.append(
      vector("rect", { class: "hit", x: position * step, y: 0, width: step, height: 56 }),
      vector("rect", { class: "bar", x: position * step + step * 0.1, y: 56 - height, width: step * 0.8, height }),
      Object.assign(vector("title", {}), { textContent: `${slot}: ${count} 件 events` }));
    if ($("from").value.startsWith(slot) && $("to").value.startsWith(slot)) group.classList.add("chosen");
    group.addEventListener("click", () => chooseSlot(slot));
    group.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); chooseSlot(slot); }
    });
    svg.append(group);
    if ((size === 4 || slot.endsWith("-01") || position === 0) && position * step - labelled > 46) {
      labelled = position * step;
      svg.append(Object.assign(vector("text", { x: position * step, y: 70 }), { textContent: size === 7 && !slot.endsWith("-01") ? slot : slot.slice(0, 4) }));
    }
  });
  $("timeline").replaceChildren(svg);
}

function vector(tag, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function chooseSlot(slot) {
  const same = $("from").value.startsWith(slot) && $("to").value.startsWith(slot);
  const [year, month] = slot.split("-").map(Number);
  const last = month ? new Date(Date.UTC(year, month, 0)).getUTCDate() : 31;
  $("from").value = same ? "" : month ? `${slot}-01` : `${slot}-01-01`;
  $("to").value = same ? "" : month ? `${slot}-${last}` : `${slot}-12-31`;
  refresh();
}

function choose(field, held) {
  chosen[field] = held;
  $(field).value = held.name;
  refresh();
}

function offerSuggestions(field, kind) {
  const input = $(field);
  const options = $(`${field}-options`);
  let active = -1;
  const close = () => {
    options.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    active = -1;
  };
  const take = (held) => {
    close();
    choose(field, held);
  };
  const open = () => {
    const fitting = suggest(kind, input.value);
    options.replaceChildren(...fitting.map((held, number) => {
      const option = element("li", { role: "option", id: `${field}-${number}`, "aria-selected": "false" }, `${held.name} `, element("small", {}, String(held.articles.length)));
      option.held = held;
      option.addEventListener("mousedown", (event) => { event.preventDefault(); take(held); });
      return option;
    }));
    active = -1;
    options.hidden = !fitting.length;
    input.setAttribute("aria-expanded", String(!options.hidden));
  };
  input.addEventListener("focus", open);
  input.addEventListener("blur", close);
  input.addEventListener("input", () => { chosen[field] = null; open(); schedule(); });
  input.addEventListener("keydown", (event) => {
    if (options.hidden || !["ArrowDown", "ArrowUp", "Enter", "Escape"].includes(event.key)) return;
    event.stopPropagation();
    if (event.key === "Escape") return close();
    if (event.key === "Enter") {
      event.preventDefault();
      return active >= 0 ? take(options.children[active].held) : close();
    }
    event.preventDefault();
    const size = options.children.length;
    active = (active + (event.key === "ArrowDown" ? 1 : -1) + size) % size;
    [...options.children].forEach((option, number) => option.setAttribute("aria-selected", String(number === active)));
    input.setAttribute("aria-activedescendant", options.children[active].id);
    options.children[active].scrollIntoView({ block: "nearest" });
  });
}

let waiting = 0;
function schedule() {
  cancelAnimationFrame(waiting);
  waiting = requestAnimationFrame(refresh);
}

// The open article stands in the address, so that a link to it can be kept.
function follow() {
  const wanted = location.hash.startsWith("#a=") ? decodeURIComponent(location.hash.slice(3)) : null;
  const number = wanted === null ? -1 : archive.articles.findIndex((article) => article.record.article.id === wanted);
  document.body.classList.toggle("reading", number >= 0);
  if (number < 0) return;
  showArticle(number);
  for (const link of $("list").querySelectorAll("a")) {
    if (link.hash === location.hash) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  if (matchMedia("(max-width: 720px)").matches) scrollTo(0, 0);
}

function stepThroughArticles(step) {
  if (!found.length) return;
  const now = found.indexOf(shown.number);
  const next = now < 0 ? 0 : Math.max(0, Math.min(found.length - 1, now + step));
  while (listed <= next) listMore();
  location.hash = `a=${encodeURIComponent(archive.articles[found[next]].record.article.id)}`;
  $("list").children[next].scrollIntoView({ block: "nearest" });
}

function pressKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || $("help").open) return;
  if (event.key === "Escape") {
    if (!$("tip").hidden) return hideTip();
    if (document.activeElement !== document.body) document.activeElement.blur();
    else if (location.hash) location.hash = "";
    return;
  }
  if (event.target.matches("input, select, textarea")) return;
  const actions = {
    "/": () => $("query").focus(), "?": () => $("help").showModal(),
    j: () => stepThroughArticles(1), k: () => stepThroughArticles(-1), n: () => stepThroughMarks(1), p: () => stepThroughMarks(-1),
  };
  if (!actions[event.key]) return;
  event.preventDefault();
  actions[event.key]();
}

function listenToDetail() {
  const detail = $("detail");
  const tell = (target) => {
    if (target.spans) showTip(target);
    else if (target.ids) light(target.ids);
  };
  detail.addEventListener("mouseover", (event) => tell(event.target));
  detail.addEventListener("mouseout", (event) => { if (event.target.spans || event.target.ids) hideTip(); });
  detail.addEventListener("focusin", (event) => tell(event.target));
  detail.addEventListener("focusout", hideTip);
  detail.addEventListener("scroll", () => { $("tip").hidden = true; });
  detail.addEventListener("click", (event) => {
    const button = event.target.closest(".item");
    if (event.target.spans) shown.point = shown.marks.indexOf(event.target);
    if (!button) return tell(event.target);
    const mark = shown.marks.find((each) => each.spans.some((span) => button.ids.includes(span.id)));
    if (mark) mark.scrollIntoView({ block: "center" });
    light(button.ids);
  });
}

async function start() {
  await unpack();
  const types = [...new Set(archive.articles.flatMap((article) => [...article.types]))].sort();
  $("type").replaceChildren(new Option("全部 all", ""), ...types.map((type) => new Option(label(type), type)));
  const events = archive.articles.reduce((sum, article) => sum + article.record.events.length, 0);
  $("summary").textContent = `${archive.articles.length} 篇文章 articles · ${events} 件事 events · ${archive.people.size} 人 people · ${archive.organisations.size} 家机构 organisations`;
  offerSuggestions("person", "people");
  offerSuggestions("organisation", "organisations");
  for (const id of ["type", "from", "to", "doubtful"]) $(id).addEventListener("change", refresh);
  $("query").addEventListener("input", schedule);
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  $("filters").addEventListener("reset", () => setTimeout(() => { chosen.person = chosen.organisation = null; refresh(); }));
  $("help-button").addEventListener("click", () => $("help").showModal());
  $("filter-button").addEventListener("click", () => {
    $("filter-button").setAttribute("aria-expanded", String(document.body.classList.toggle("filtering")));
  });
  addEventListener("keydown", pressKey);
  addEventListener("hashchange", follow);
  addEventListener("resize", drawTimeline);
  listenToDetail();
  new IntersectionObserver((entries) => { if (entries[0].isIntersecting) listMore(); }, { rootMargin: "400px" }).observe($("list-end"));
  refresh();
  follow();
  if (shown.number === null && found.length && !matchMedia("(max-width: 720px)").matches) {
    showArticle(found[0]);
    $("list").querySelector("a").setAttribute("aria-current", "true");
  }
  document.body.dataset.ready = "true";
}

start().catch((error) => {
  $("summary").textContent = `无法打开 Cannot be opened: ${error.message}`;
  throw error;
});
