"use strict";
// What the page knows, without the page: amounts, hidden characters, the saved file, decisions and their undoing.
// Amounts are BigInt counts of minor units; floating point does not occur.

const DATA = JSON.parse(document.getElementById("queue").textContent);
const COLUMN = new Map(DATA.columns.map((name, at) => [name, at]));
const DECIDES = ["decision", "documents", "decision_customer", "difference_code", "category", "comment", "decided_by", "decided_at"];

const ROWS = DATA.rows.map((row, at) => {
  const cell = (name) => row.cells[COLUMN.get(name)];
  const decimals = DATA.decimals[cell("currency")];
  return { at, cells: row.cells, proposals: row.proposals, cell, decimals, id: cell("exception_id"), minor: exact(cell("amount"), decimals) };
});

// ---- amounts

/** A figure of ours, `-1190.00`, as minor units. */
function exact(text, decimals) {
  const [whole, fraction = ""] = text.replace("-", "").split(".");
  const minor = BigInt(whole + fraction.padEnd(decimals, "0"));
  return text.startsWith("-") ? -minor : minor;
}

/** Minor units as a figure of ours. */
function figure(minor, decimals) {
  const digits = (minor < 0n ? -minor : minor).toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  return (minor < 0n ? "-" : "") + whole + (decimals ? "." + digits.slice(-decimals) : "");
}

/**
 * An amount as a person types it: `120`, `120.5`, `120,50`, `1.234,50`, `1,234.50`. One sign with three digits after it (`1.234`)
 * could mean two amounts and is `null`, as is everything else that is not certain.
 */
function typed(text, decimals) {
  const bare = text.trim().replace(/[\s\u00a0\u202f'’]/g, "");
  const parts = /^(-?)(\d+|\d{1,3}(?:([.,])\d{3})+)(?:([.,])(\d+))?$/.exec(bare);
  if (!parts || parts[3] === parts[4] && parts[3]) return null;
  const fraction = parts[5] || "";
  if (fraction.length > decimals || (parts[3] && !parts[4])) return null;
  return exact(parts[1] + parts[2].replace(/[.,]/g, "") + (decimals ? "." + fraction.padEnd(decimals, "0") : ""), decimals);
}

// ---- hidden characters and the saved file: the same rules as everywhere in tieout

const HIDDEN = /[\p{Cc}\p{Noncharacter_Code_Point}\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]/u;
const FORMULA_SIGN = /[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212]/u;
const FORMULA = new RegExp("^(?:[\\p{White_Space}\"']|" + HIDDEN.source + ")*" + FORMULA_SIGN.source, "u");
const visible = (c) => "\\u{" + c.codePointAt(0).toString(16) + "}";

/** A text that no spreadsheet evaluates, splits or hides; `tieout` reads the exact text back. */
function escapeCell(text) {
  if (!text.startsWith("'") && !HIDDEN.test(text) && !FORMULA_SIGN.test(text)) return text;
  let out = "";
  let risky = text.startsWith("'") || FORMULA.test(text);
  let rest = text;
  for (const c of text) {
    rest = rest.slice(c.length);
    const splits = (c === "," || c === ";" || c === "|") && FORMULA.test(rest);
    const hides = HIDDEN.test(c);
    risky ||= splits || hides;
    out += c === "\\" ? "\\\\" : splits || hides ? visible(c) : c;
  }
  return risky ? "'" + out : text;
}

function csvLine(cells) {
  const quoted = (cell) => /[",;|]|^ | $/.test(cell) ? '"' + cell.replaceAll('"', '""') + '"' : cell;
  const money = (at) => DATA.money.includes(DATA.columns[at]);
  return cells.map((cell, at) => quoted(money(at) ? cell : escapeCell(cell || ""))).join(",") + "\n";
}

/** The rows that are decided, as `exceptions.csv` has them. */
function decisionsCsv(rows, name) {
  const line = (row) => {
    const decided = { ...decisionOf(row), decided_by: name };
    return csvLine(DATA.columns.map((column, at) => {
      if (DECIDES.includes(column)) return decided[column];
      const evidence = /^p(\d)_(for|against)$/.exec(column);
      if (!evidence) return row.cells[at];
      const proposal = row.proposals[evidence[1] - 1];
      return proposal ? proposal[evidence[2]].map((e) => e[2]).join("; ") : "";
    }));
  };
  return csvLine(DATA.columns) + rows.map(line).join("");
}

// ---- decisions

const decisions = new Map();
const undone = [];
const STORE = "tieout-review:" + DATA.queue;

function decisionOf(row) {
  return decisions.get(row.id) || { decision: "" };
}

/** Changes a decision; `null` takes it back. Every change can be undone, letters typed one after the other as one. */
function decide(row, change, typing = false) {
  const before = decisions.get(row.id) || null;
  const after = change && { ...before, ...change, decided_at: new Date().toISOString().slice(0, 19) + "Z" };
  const last = undone.at(-1);
  if (!(typing && last && last.typing && last.at === row.at)) undone.push({ id: row.id, before, at: row.at, typing });
  put(row.id, after);
}

/** Undoes the last change and gives its row's place. */
function undo() {
  const last = undone.pop();
  if (!last) return null;
  put(last.id, last.before);
  return last.at;
}

function put(id, decision) {
  if (decision && (decision.decision || decision.comment)) decisions.set(id, decision);
  else decisions.delete(id);
  keep();
}

/** What is missing before the decision can be handed in; empty when nothing is. */
function missing(row) {
  const d = decisionOf(row);
  if (d.decision === "apply") {
    const split = splitOf(row);
    if (!split.lines.length) return "name at least one document";
    if (split.bad) return split.bad;
  }
  if (d.decision === "on_account" && !(d.decision_customer || row.cell("customer_id"))) return "name the customer whose account it goes on";
  if (d.decision === "not_receivable" && !d.category) return "choose what it is";
  return "";
}

/** The documents of an `apply` with their amounts, and what of the payment is left. */
function splitOf(row) {
  const open = openAmounts(row);
  const lines = [];
  let left = row.minor;
  let bad = "";
  for (const part of (decisionOf(row).documents || "").split(";").filter((p) => p.trim())) {
    const at = part.lastIndexOf("=");
    const doc = (at < 0 ? part : part.slice(0, at)).trim();
    const text = at < 0 ? "" : part.slice(at + 1).trim();
    const amount = text ? typed(text, row.decimals) : open.has(doc) ? open.get(doc) : undefined;
    if (amount === null) bad ||= `“${text}” is no amount of ${row.cell("currency")}`;
    if (amount === undefined) left = null;
    else if (left !== null && amount !== null) left -= amount;
    lines.push({ doc, text, amount });
  }
  return { lines, left, bad };
}

/** Open amounts of the documents that the proposals name. */
function openAmounts(row) {
  const open = new Map();
  for (const p of row.proposals) for (const a of p.allocations) open.set(a.doc, exact(a.before, row.decimals));
  return open;
}

/** Sums by currency: all, and decided. */
function totals() {
  const sums = new Map();
  for (const row of ROWS) {
    const currency = row.cell("currency");
    const sum = sums.get(currency) || { currency, decimals: row.decimals, all: 0n, done: 0n };
    sums.set(currency, sum);
    sum.all += row.minor;
    if (decisionOf(row).decision) sum.done += row.minor;
  }
  return [...sums.values()];
}

// ---- work kept across a reload, where the browser lets us

let keeping = true;
let reviewer = "";
let waits = 0;

/** Keeps the work soon: not for every letter of a long queue. */
function keep() {
  waits ||= setTimeout(keepNow, 200);
}

function keepNow() {
  clearTimeout(waits);
  waits = 0;
  try {
    localStorage.setItem(STORE, JSON.stringify({ reviewer, decisions: [...decisions] }));
  } catch {
    keeping = false;
  }
}

function restore() {
  try {
    const kept = JSON.parse(localStorage.getItem(STORE) || "{}");
    const known = new Set(ROWS.map((row) => row.id));
    reviewer = String(kept.reviewer || "");
    for (const [id, decision] of kept.decisions || []) if (known.has(id)) decisions.set(id, decision);
  } catch {
    keeping = false;
  }
  return decisions.size;
}
