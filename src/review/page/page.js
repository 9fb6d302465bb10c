// What the reviewer sees and does. The list draws only the rows in sight, so that its length does not matter.

const $ = (id) => document.getElementById(id);
const ROW_HEIGHT = 58;
const PRINTED_AT_MOST = 1000;
const REASONS = new Map(DATA.reasons);
const WORDS = {
  accept_1: "proposal 1", accept_2: "proposal 2", accept_3: "proposal 3", apply: "documents named", on_account: "on account",
  unidentified: "unidentified", not_receivable: "not a receivable", refund: "refund", reject: "rejected", defer: "put off",
};

let shown = ROWS;
let current = 0;
let saved = 0;

// ---- small helpers: elements are only ever built, never parsed from text

/** An element with its attributes and children; texts are texts, whatever stands in them. */
function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== ""));
  return element;
}

/** A text from outside: what would not show stands as its code, and its direction ends with it. */
function outside(text) {
  const parts = [];
  let plain = "";
  for (const c of text) {
    if (!HIDDEN.test(c)) { plain += c; continue; }
    parts.push(plain, el("span", { class: "hidden-char", title: "a character that does not show" }, visible(c)));
    plain = "";
  }
  return el("bdi", {}, ...parts, plain);
}

/** A figure in groups of three; copied, it is the bare figure. */
function money(text, currency) {
  const [, sign, whole, rest] = /^(-?)(\d+)(.*)$/.exec(text) || [null, "", "", text];
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, " ").split(" ").filter(Boolean);
  return el("span", { class: "money" }, sign ? "−" : "", groups.map((g) => el("span", { class: "group" }, g)), rest, currency ? " " + currency : "");
}

const amount = (minor, row) => money(figure(minor, row.decimals), row.cell("currency"));
const words = (code) => code.replaceAll("_", " ");

let silence = 0;

/** A word on what was done; it goes after a while. */
function say(text) {
  $("status").textContent = text;
  clearTimeout(silence);
  silence = setTimeout(() => { $("status").textContent = ""; }, 6000);
}

// ---- the list

function drawList() {
  const list = $("list");
  const from = Math.max(0, Math.floor(list.scrollTop / ROW_HEIGHT) - 8);
  const to = Math.min(shown.length, Math.ceil((list.scrollTop + list.clientHeight) / ROW_HEIGHT) + 8);
  $("rows").style.height = shown.length * ROW_HEIGHT + "px";
  $("rows").replaceChildren(...shown.slice(from, to).map((row, n) => listRow(row, from + n)));
  list.setAttribute("aria-activedescendant", shown.length ? "row-" + current : "");
}

function listRow(row, at) {
  const d = decisionOf(row);
  const state = !d.decision ? "open" : missing(row) ? "partly" : d.decision === "defer" ? "later" : "done";
  const option = el("div", {
    role: "option", id: "row-" + at, class: "row " + state, "aria-selected": at === current ? "true" : "false",
    "aria-setsize": shown.length, "aria-posinset": at + 1, onclick: () => select(at),
  },
    el("span", { class: "who" }, outside(row.cell("payer_name") || "(no name)")),
    el("span", { class: "sum" }, amount(row.minor, row)),
    el("span", { class: "why" }, words(row.cell("reason")).toLowerCase(), ageOf(row)),
    el("span", { class: "what" }, d.decision ? (state === "partly" ? "incomplete: " : "") + WORDS[d.decision] : ""));
  option.style.top = at * ROW_HEIGHT + "px";
  return option;
}

function ageOf(row) {
  const days = row.cell("age_days");
  return days && days !== "0" ? ` · ${days} ${days === "1" ? "day" : "days"}` : "";
}

function select(at, focus = false) {
  $("detail").scrollTop = 0;
  current = Math.max(0, Math.min(at, shown.length - 1));
  const list = $("list");
  const top = current * ROW_HEIGHT;
  if (top < list.scrollTop) list.scrollTop = top;
  if (top + ROW_HEIGHT > list.scrollTop + list.clientHeight) list.scrollTop = top + ROW_HEIGHT - list.clientHeight;
  draw();
  if (focus) list.focus({ preventScroll: true });
}

const selected = () => shown[current];

/** The next row that nobody has decided, else the next. */
function advance() {
  const next = shown.findIndex((row, at) => at > current && !decisionOf(row).decision);
  select(next < 0 ? current + 1 : next);
}

// ---- one payment

function drawDetail() {
  const row = selected();
  if (!row) return $("detail").replaceChildren(el("p", { class: "empty" }, ROWS.length ? "No payment fits the filter." : "Nothing waits for review."));
  const d = decisionOf(row);
  $("detail").replaceChildren(
    payment(row),
    el("div", { class: "proposals" }, row.proposals.map((p, n) => proposal(row, p, n + 1, d))),
    row.proposals.length ? "" : el("p", { class: "empty" }, "No answer was found in the open items."),
    otherAnswers(row, d),
    d.decision === "apply" ? split(row) : "",
    more(row, d));
}

function payment(row) {
  const fact = (name, value) => value ? [el("dt", {}, name), el("dd", {}, typeof value === "string" ? outside(value) : value)] : [];
  const customer = [row.cell("customer_name"), row.cell("customer_id")].filter(Boolean).join(", ");
  return el("header", { class: "payment" },
    el("h2", {}, amount(row.minor, row), " ", el("small", {}, row.cell("booking_date"))),
    el("p", { class: "reason" }, el("b", { class: "code" }, row.cell("reason")), " ", outside(row.cell("reason_text"))),
    el("dl", {},
      fact("payer", row.cell("payer_name")), fact("from account", row.cell("payer_account")),
      row.cell("remittance") ? [el("dt", {}, "text"), el("dd", { class: "remittance" }, outside(row.cell("remittance")))] : [],
      fact("reference", row.cell("structured_ref")), fact("their id", row.cell("end_to_end_id")),
      fact("customer", customer), fact("to account", [row.cell("account"), row.cell("company")].filter(Boolean).join(", ")),
      fact("automatic with", row.cell("would_need")), fact("payment", row.cell("payment_id"))));
}

function proposal(row, p, n, d) {
  const chosen = d.decision === "accept_" + n;
  const cell = (name) => row.cell(`p${n}_${name}`);
  const difference = exact(cell("difference") || "0", row.decimals);
  const parts = [["discount", "discount"], ["writeoff", "written off"], ["charges", "charges"], ["fx", "exchange difference"]];
  const used = parts.filter(([key]) => p.allocations.some((a) => exact(a[key], row.decimals) !== 0n));
  const docs = p.allocations.length && el("table", {},
    el("thead", {}, el("tr", {}, ["document", "open", "paid", ...used.map((u) => u[1]), "stays open"].map((h) => el("th", { scope: "col" }, h)))),
    el("tbody", {}, p.allocations.map((a) => el("tr", {}, el("td", {}, outside(a.doc)),
      [a.before, a.applied, ...used.map(([key]) => a[key]), a.after].map((f) => el("td", { class: "figure" }, money(f)))))));
  return el("section", { class: "proposal" + (chosen ? " chosen" : ""), "aria-label": "proposal " + n },
    el("button", { class: "accept", "aria-pressed": String(chosen), "data-do": "accept_" + n, onclick: () => act("accept_" + n) }, el("kbd", {}, String(n)), chosen ? "accepted" : "accept"),
    el("h3", {}, outside(cell("docs") || "no document"), p.customer && !cell("docs").startsWith("on account") ? el("small", {}, " of ", outside(p.customer)) : ""),
    el("p", { class: "sums" }, "total ", money(cell("total")), " · difference ",
      el("span", { class: difference === 0n ? "even" : "uneven" }, money(cell("difference"))),
      p.remainder ? ` (${words(p.remainder[0])} ${p.remainder[1]})` : "", " · ", chance(Number(cell("error_ppm")), p.against.some((e) => e[0] === "warning"))),
    docs || "", waterfall(p));
}

/** The estimated chance of being wrong in words, with the figure. */
function chance(ppm, warned) {
  const text = ppm >= 500000 ? "more likely wrong than right" : ppm <= 0 ? "hardly ever wrong" : `by this evidence wrong once in ${Math.round(1e6 / ppm).toLocaleString("en")}`;
  return el("span", { title: `${ppm} in a million, estimated` }, text, warned && ppm < 500000 ? ", the warning aside" : "");
}

/** The evidence from before any to the total, each piece as a bar from where the last one ended. */
function waterfall(p) {
  const lines = [...p.for, ...p.against];
  let at = p.score - lines.reduce((sum, e) => sum + e[1], 0);
  const steps = [{ name: "before any evidence", from: 0, to: at, text: "" }];
  for (const [kind, weight, text] of lines) {
    steps.push({ name: words(kind), from: at, to: at + weight, text });
    at += weight;
  }
  steps.push({ name: "total", from: 0, to: p.score, text: "", total: true });
  const ends = steps.flatMap((s) => [s.from, s.to, 0]);
  const low = Math.min(...ends);
  const span = Math.max(1, Math.max(...ends) - low);
  return el("table", { class: "waterfall" },
    el("caption", {}, "Evidence, in hundredths of a ban: each 100 makes it ten times as likely"),
    el("tbody", {}, steps.map((s) => {
      const bar = el("i", { class: s.total ? "whole" : s.to >= s.from ? "for" : "against" });
      bar.style.left = (Math.min(s.from, s.to) - low) / span * 100 + "%";
      bar.style.width = Math.max(0.8, Math.abs(s.to - s.from) / span * 100) + "%";
      const weight = s.to - s.from;
      return el("tr", { class: s.name === "warning" && "warns" }, el("th", { scope: "row" }, s.name), el("td", { class: "figure" }, (weight >= 0 ? "+" : "−") + Math.abs(weight)),
        el("td", { class: "bar", "aria-hidden": "true" }, bar), el("td", { class: "said" }, outside(s.text)));
    })));
}

function otherAnswers(row, d) {
  const button = (key, decision, text) => el("button", { "aria-pressed": String(d.decision === decision), "data-do": decision, onclick: () => act(decision) }, el("kbd", {}, key), text);
  return el("div", { class: "answers", role: "group", "aria-label": "other answers" },
    button("a", "apply", "name documents"), button("o", "on_account", "on account"), button("n", "not_receivable", "not a receivable"),
    button("r", "refund", "refund"), button("u", "unidentified", "unidentified"), button("x", "reject", "none is right"), button("d", "defer", "put off"),
    d.decision ? el("button", { "data-do": "clear", onclick: () => act("clear") }, el("kbd", {}, "0"), "open again") : "");
}

/** The documents of an `apply`: one line each, and what is left of the payment. */
function split(row) {
  const { lines } = splitOf(row);
  const open = openAmounts(row);
  const write = () => {
    const parts = [...$("detail").querySelectorAll(".split tbody tr")].map((tr) => [...tr.querySelectorAll("input")].map((i) => i.value.trim()));
    const documents = parts.filter(([doc]) => doc).map(([doc, text]) => {
      const minor = text ? typed(text, row.decimals) : null;
      return text ? `${doc}=${minor === null ? text : figure(minor, row.decimals)}` : doc;
    });
    change({ documents: documents.join("; ") });
  };
  const line = (doc, text, n) => el("tr", {},
    el("td", {}, el("input", { "aria-label": "document " + n, list: "documents", value: doc, oninput: write })),
    el("td", {}, el("input", { "aria-label": "amount " + n, inputmode: "decimal", value: text, placeholder: open.has(doc) ? figure(open.get(doc), row.decimals) : "in full", onfocus: (e) => e.target.select(), oninput: write })),
    el("td", {}, el("button", { "aria-label": "remove document " + n, onclick: (e) => { e.target.closest("tr").remove(); write(); drawDetail(); } }, "×")));
  const add = () => {
    const body = $("detail").querySelector(".split tbody");
    body.append(line("", "", body.children.length + 1));
    body.lastChild.querySelector("input").focus();
  };
  const rows = lines.length ? lines : [{ doc: "", text: "" }];
  return el("fieldset", { class: "split" }, el("legend", {}, "Which documents it pays"),
    el("datalist", { id: "documents" }, [...open.keys()].map((doc) => el("option", { value: doc }))),
    el("table", {}, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "document"), el("th", { scope: "col" }, "amount"), el("th", {}))),
      el("tbody", {}, rows.map((l, n) => line(l.doc, l.text, n + 1)))),
    el("button", { onclick: add }, "another document"), el("p", { class: "left", role: "status" }, left(row)));
}

function left(row) {
  const { left, bad, lines } = splitOf(row);
  if (bad) return el("b", { class: "uneven" }, bad);
  if (!lines.length) return ["nothing named yet: ", amount(row.minor, row), " to set against documents"];
  if (left === null) return ["what is left shows once every document that this page does not know has its amount"];
  if (left === 0n) return el("b", { class: "even" }, "nothing is left");
  return left > 0n === row.minor > 0n
    ? [el("b", { class: "uneven" }, amount(left, row)), " is left; say below what becomes of it"]
    : [el("b", { class: "uneven" }, amount(left < 0n ? -left : left, row)), " is missing; say below what becomes of it"];
}

/** What goes with a decision. */
function more(row, d) {
  const field = (name, label, control) => el("label", { class: name }, el("span", {}, label), control);
  const choose = (name, all, none) => el("select", { name, onchange: (e) => change({ [name]: e.target.value }, true) },
    el("option", { value: "" }, none), all.map(([code, text]) => el("option", { value: code, selected: d[name] === code }, text)));
  const input = (name, attributes) => el("input", { name, value: d[name] || "", oninput: (e) => change({ [name]: e.target.value.trim() }), ...attributes });
  const asks = (list) => list.includes(d.decision);
  return el("div", { class: "more" },
    asks(["apply", "accept_1", "accept_2", "accept_3"]) ? field("difference_code", "a difference", choose("difference_code", DATA.differences, d.decision === "apply" ? "nothing said" : "as proposed")) : "",
    asks(["on_account", "apply"]) ? field("decision_customer", "customer", input("decision_customer", { placeholder: row.cell("customer_id") || "customer number" })) : "",
    asks(["not_receivable"]) ? field("category", "what it is", choose("category", DATA.categories, "choose …")) : "",
    field("comment", "comment", input("comment", { placeholder: "kept with the decision" })),
    el("p", { class: "missing", id: "missing" }, missing(row)));
}

// ---- doing

/** A decision on the selected payment, as a key or a button asks for it. */
function act(what) {
  const row = selected();
  if (!row) return;
  if (what === "clear") {
    decide(row, null);
    say("open again");
    return draw();
  }
  const n = /^accept_(\d)$/.exec(what);
  if (n && !row.proposals[n[1] - 1]) return say(`there is no proposal ${n[1]}`);
  const start = what === "apply" ? { documents: decisionOf(row).documents || row.cell("p1_docs").replace(/^on account.*/, "") } : {};
  const { comment = "", decision_customer = "" } = decisionOf(row);
  decide(row, { documents: "", difference_code: "", category: "", decision_customer: what === "on_account" ? decision_customer : "", comment, ...start, decision: what });
  say(`${row.cell("payer_name") || "payment"}: ${WORDS[what]}`.replace(new RegExp(HIDDEN.source, "gu"), visible));
  if (what === "apply") {
    draw();
    return $("detail").querySelector(".split input").focus();
  }
  if (missing(row)) {
    draw();
    return $("detail").querySelector(".more select, .more .decision_customer input").focus();
  }
  advance();
}

/** Changes what goes with a decision, without drawing the field that is being typed in. */
function change(part, redraw = false) {
  const row = selected();
  decide(row, part, !redraw);
  if (redraw) return draw();
  const rest = $("detail").querySelector(".left");
  if (rest) rest.replaceChildren(...[left(row)].flat());
  $("missing").textContent = missing(row);
  drawList();
  drawTotals();
}

function undoLast() {
  const at = undo();
  if (at === null) return say("nothing to undo");
  let place = shown.findIndex((row) => row.at === at);
  if (place < 0) {
    clearFilter();
    place = at;
  }
  select(place);
  say("undone");
}

function save() {
  const decided = ROWS.filter((row) => decisionOf(row).decision);
  const whole = decided.filter((row) => !missing(row));
  if (!reviewer) {
    say("your name goes with every decision: fill it in first");
    return $("reviewer").focus();
  }
  if (!whole.length) return say("nothing is decided yet");
  const link = el("a", { href: URL.createObjectURL(new Blob([decisionsCsv(whole, reviewer)], { type: "text/csv" })), download: `decisions-${DATA.queue.slice(0, 9)}.csv` });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  saved = decided.length;
  const short = decided.length - whole.length;
  say(`${whole.length} decisions saved` + (short ? `; ${short} incomplete and not in the file` : ""));
}

// ---- filter and totals

const haystack = new Map();
const FIELDS = ["payer_name", "payer_account", "remittance", "customer_id", "customer_name", "p1_docs", "p2_docs", "p3_docs", "amount", "payment_id", "end_to_end_id", "structured_ref", "reason"];

function fits(row, terms, reason, owner, state, least, most) {
  if (reason && row.cell("reason") !== reason || owner && row.cell("owner") !== owner) return false;
  if (state && (state === "open") !== !decisionOf(row).decision) return false;
  const size = row.minor < 0n ? -row.minor : row.minor;
  if (least !== "" && !(size >= typed(least, row.decimals)) || most !== "" && !(size <= typed(most, row.decimals))) return false;
  if (!terms.length) return true;
  if (!haystack.has(row)) haystack.set(row, FIELDS.map(row.cell).join("\n").toLowerCase());
  return terms.every((word) => haystack.get(row).includes(word));
}

function filter() {
  const kept = selected();
  const value = (id) => $(id).value.trim();
  const bad = ["least", "most"].find((id) => value(id) && typed(value(id), 2) === null);
  for (const id of ["least", "most"]) $(id).setAttribute("aria-invalid", String(id === bad));
  const of = (id) => id === bad ? "" : value(id);
  const terms = value("search").toLowerCase().split(/\s+/).filter(Boolean);
  shown = ROWS.filter((row) => fits(row, terms, value("reason"), $("owner") ? value("owner") : "", value("state"), of("least"), of("most")));
  const at = shown.indexOf(kept);
  $("list").scrollTop = 0;
  select(at < 0 ? 0 : at);
}

function clearFilter() {
  $("filters").reset();
  filter();
}

function drawTotals() {
  const decided = [...decisions.values()].filter((d) => d.decision).length;
  $("count").textContent = `${decided} of ${ROWS.length} decided` + (shown.length === ROWS.length ? "" : ` · ${shown.length} shown`);
  $("sums").replaceChildren(...totals().map((t) => el("span", { class: "sum" }, money(figure(t.done, t.decimals)), " of ", money(figure(t.all, t.decimals), t.currency))));
  $("progress").max = ROWS.length || 1;
  $("progress").value = decided;
}

function draw() {
  drawList();
  drawDetail();
  drawTotals();
}

// ---- keys

const KEYS = {
  j: () => select(current + 1), k: () => select(current - 1), ArrowDown: () => select(current + 1), ArrowUp: () => select(current - 1),
  PageDown: () => select(current + 10), PageUp: () => select(current - 10), Home: () => select(0), End: () => select(shown.length - 1),
  1: () => act("accept_1"), 2: () => act("accept_2"), 3: () => act("accept_3"), 0: () => act("clear"),
  a: () => act("apply"), o: () => act("on_account"), n: () => act("not_receivable"), r: () => act("refund"), u: () => act("unidentified"),
  x: () => act("reject"), d: () => act("defer"), z: undoLast, s: save, "/": () => $("search").focus(), "?": () => $("help").showModal(),
  c: () => selected() && $("detail").querySelector(".comment input").focus(),
};

document.addEventListener("keydown", (e) => {
  const typing = e.target.matches("input, select, textarea");
  if (e.key === "Escape" && typing) return $("list").focus();
  if (e.key === "Enter" && typing && e.target.closest("#detail")) {
    $("list").focus();
    return missing(selected()) ? undefined : advance();
  }
  if (typing || $("help").open || e.altKey || e.metaKey || (e.ctrlKey && e.key !== "z")) return;
  if (e.target.matches("button") && (e.key === "Enter" || e.key === " ")) return;
  const does = KEYS[e.key];
  if (!does) return;
  e.preventDefault();
  does();
});

// ---- print: the rows that the filter shows, each as a block

window.addEventListener("beforeprint", () => {
  const cut = shown.length > PRINTED_AT_MOST ? el("p", {}, `The first ${PRINTED_AT_MOST} of ${shown.length} payments; filter to print others.`) : "";
  $("print").replaceChildren(cut, ...shown.slice(0, PRINTED_AT_MOST).map((row) => {
    const d = decisionOf(row);
    const told = d.decision && [WORDS[d.decision], d.documents, d.category, d.comment].filter(Boolean).join(" · ");
    return el("article", {}, payment(row), row.proposals.map((p, n) => inPrint(row, p, n + 1)),
      el("p", {}, "decision: ", told ? el("b", {}, outside(told)) : "________________________________"));
  }));
});
/** A proposal in a few lines, its evidence in words. */
function inPrint(row, p, n) {
  const cell = (name) => row.cell(`p${n}_${name}`);
  const told = (name, lines) => lines.length ? el("p", { class: "told" }, name, outside(lines.map((e) => e[2]).join("; "))) : "";
  return el("div", { class: "brief" },
    el("b", {}, n + ". ", outside(cell("docs") || "no document")), p.customer && !cell("docs").startsWith("on account") ? [" of ", outside(p.customer)] : "",
    ": total ", money(cell("total")), ", difference ", money(cell("difference")), told("for: ", p.for), told("against: ", p.against));
}

window.addEventListener("afterprint", () => $("print").replaceChildren());

// ---- start

function start() {
  const back = restore();
  const reasons = [...new Set(ROWS.map((row) => row.cell("reason")))].sort();
  $("reason").append(...reasons.map((code) => el("option", { value: code, title: REASONS.get(code) || "" }, words(code).toLowerCase())));
  const owners = [...new Set(ROWS.map((row) => row.cell("owner")))].filter(Boolean).sort();
  $("owner").append(...owners.map((name) => el("option", { value: name }, outside(name).textContent)));
  $("owner").parentElement.hidden = owners.length < 2;
  for (const id of ["search", "reason", "owner", "state", "least", "most"]) $(id).addEventListener("input", filter);
  $("filters").addEventListener("submit", (e) => e.preventDefault());
  $("clear").addEventListener("click", clearFilter);
  $("reviewer").value = reviewer;
  $("reviewer").addEventListener("input", (e) => { reviewer = e.target.value.trim(); keep(); });
  $("save").addEventListener("click", save);
  $("undo").addEventListener("click", undoLast);
  $("ask").addEventListener("click", () => $("help").showModal());
  let waiting = false;
  $("list").addEventListener("scroll", () => {
    if (!waiting) requestAnimationFrame(() => { waiting = false; drawList(); });
    waiting = true;
  });
  window.addEventListener("resize", drawList);
  window.addEventListener("pagehide", keepNow);
  window.addEventListener("beforeunload", (e) => { if (!keeping && decisions.size > saved) e.preventDefault(); });
  draw();
  $("list").focus();
  if (!keeping) say("this browser keeps nothing between visits: save before you close the page");
  else if (back) say(`${back} decisions of an earlier visit are here again`);
}

start();
