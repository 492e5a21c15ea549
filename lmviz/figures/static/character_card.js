// The card below the grid of characters; the same as lmviz/figures/html/character_card.py.

import { candidates, element, fill, percent, probabilityStep, rank, step } from "./format.js";

/** What stands in the card for `position`, which belongs to `column` (-1 for none). */
export function cardOf(data, column, position) {
  const { words } = data;
  if (column < 0) return [element("p", { class: "soft" }, words.after)];
  const context = data.contexts[position];
  const [before, after] = fill(context ? words.place : words.opening, { context: "\0", position }).split("\0");
  const parts = [element("p", { class: "place" }, ...(after === undefined ? [before] : [before, element("b", {}, context), after]))];
  const [first, end] = data.columns[column];
  if (end - first > 1) parts.push(partsOf(data, column, position));
  if (data.pending[position]) parts.push(element("p", { class: "soft" }, fill(words.inside, { bytes: data.pending[position] })));
  if (data.candidates.every((layer) => !layer[position].length)) parts.push(element("p", { class: "soft" }, words.unpredicted));
  else parts.push(tableOf(data, position));
  return parts;
}

function partsOf(data, column, position) {
  const [first, end] = data.columns[column];
  const name = fill(data.words.parts, { actual: data.heads[column] });
  const buttons = Array.from({ length: end - first }, (_, i) =>
    element("button", { type: "button", "data-part": first + i, "aria-pressed": String(first + i === position) }, fill(data.words.part, { part: i + 1 })));
  return element("div", { class: "switch", role: "group", "aria-label": name }, element("span", {}, name), element("div", {}, ...buttons));
}

function tableOf(data, position) {
  const { words } = data;
  const inside = data.continued[position];
  const actual = data.following[position];
  const count = Math.max(...data.candidates.map((layer) => layer[position].length / 2));
  const heads = [element("th", { class: "corner", scope: "col" }, words.layers)];
  if (inside) heads.push(element("th", { scope: "col" }, words.continued));
  if (actual >= 0) heads.push(element("th", { scope: "col" }, words.actual));
  for (let k = 1; k <= count; k += 1) heads.push(element("th", { scope: "col" }, String(k)));
  const rows = data.candidates.map((layer, l) => {
    const cells = [element("th", { scope: "row" }, String(l))];
    if (inside) cells.push(element("td", { class: "share" }, percent(inside[l])));
    if (actual >= 0) {
      const value = data.ranks[l][position];
      cells.push(cell(`r${step(value, data.rank_edges)}`, fill(words.rank, { rank: rank(value) }), data.logs[l][position]));
    }
    const list = candidates(layer[position]);
    for (let k = 0; k < count; k += 1) {
      const { label, code } = list[k] ?? {};
      cells.push(label === undefined ? element("td", { class: "none" })
        : cell(`p${probabilityStep(code)}${label === actual ? " actual" : ""}${data.long.includes(label) ? " long" : ""}`, data.outcomes[label], code));
    }
    return element("tr", {}, ...cells);
  });
  const table = element("table", { class: "lm-grid" }, element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...rows));
  return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": data.words.table }, table);
}

const cell = (classes, text, code) => element("td", { class: classes }, element("b", {}, text), element("small", {}, percent(code)));
