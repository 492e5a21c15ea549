// Characters by layer: the grid reads out the cell pointed at, and the card below follows the chosen column.

import { cardOf } from "./character_card.js";
import { startEnlarge } from "./enlarge.js";
import { candidates, fill, percent, probabilityStep, quoted, rank, step } from "./format.js";
import { startGrid } from "./grid.js";
import { startSwitch } from "./switch.js";

export function start({ root, data, scope, position }) {
  const readout = root.querySelector(".readout");
  const card = root.querySelector(".card");
  const count = data.tokens.length;
  let shown = position.drawn;

  scope.accept("t", (value) => Number.isInteger(value) && value >= 0 && value < count);
  readout.textContent = data.words.hint;
  root.querySelector(".scroll").removeAttribute("tabindex");
  startEnlarge(root, root.querySelector("[data-enlarge]"), () => { scope.hover("t", null); scope.restate(); });
  const grid = startGrid(root.querySelector("table"), {
    hover: (column) => scope.hover("t", column === null || column === columnOf(scope.kept("t")) ? null : data.columns[column][0]),
    keep: (column) => { if (column !== columnOf(scope.kept("t"))) scope.keep("t", data.columns[column][0]); },
    letGo: () => scope.keep("t", null),
    read,
  });
  const press = startSwitch(root.querySelector(".tools"), "colour", (value) => { if (value) colour(value); });
  card.addEventListener("click", (event) => {
    const part = event.target.closest("[data-part]");
    if (!part) return;
    scope.keep("t", Number(part.dataset.part));
    card.querySelector(`[data-part="${part.dataset.part}"]`).focus();
  });
  scope.follow(["t"], update);
  press("first");
  update();

  /** The column that a position belongs to, -1 for none. */
  function columnOf(p) { return data.columns.findIndex(([first, end]) => p !== null && first <= p && p < end); }

  /** What a layer would have written in a column, token by token, with its code; null where nothing is predicted. */
  function reading(layer, column) {
    const [first, end] = data.columns[column];
    let best = null;
    let code = 0;
    for (let p = first; p < end; p += 1) {
      const [top] = candidates(data.candidates[layer][p]);
      if (!top) return null;
      best = top.label;
      code += top.code;
      if (best !== data.following[p]) break;
    }
    return { best, code, met: best === data.following[end - 1] };
  }

  /** Rank (of several tokens the weakest) and code of what stands in a column; null where a token has none. */
  function actualOf(layer, column) {
    const [first, end] = data.columns[column];
    const ranks = data.ranks[layer].slice(first, end);
    if (ranks.includes(0)) return null;
    return { rank: Math.max(...ranks), code: data.logs[layer].slice(first, end).reduce((sum, code) => sum + code, 0) };
  }

  function read(layer, column) {
    if (column === null) { readout.textContent = data.words.hint; return; }
    if (layer < 0) return;
    const actual = data.heads[column];
    const found = reading(layer, column);
    if (!found) { readout.textContent = fill(data.words.nothing, { actual }); return; }
    const own = actualOf(layer, column);
    const values = { layer, actual, best: quoted(data.outcomes[found.best], data.language), probability: percent(found.code) };
    const [words, more] = found.met ? [data.words.cell_met, {}]
      : own ? [data.words.cell, { rank: rank(own.rank), actual_probability: percent(own.code) }] : [data.words.broken, {}];
    readout.textContent = fill(words, { ...values, ...more });
  }

  function colour(by) {
    press(by);
    for (const legend of root.querySelectorAll("[data-colours]")) legend.hidden = legend.dataset.colours !== by;
    grid.cells.forEach((row, layer) => row.forEach((cell, column) => {
      const found = reading(layer, column);
      if (!found) return;
      const own = actualOf(layer, column);
      const shade = by === "first" ? `p${probabilityStep(found.code)}` : own ? `r${step(own.rank, data.rank_edges)}` : "none";
      cell.className = cell.className.replace(/^\S+/, shade);
    }));
  }

  function update() {
    const p = position();
    const kept = scope.kept("t") ?? position.usual;
    grid.mark(columnOf(p), columnOf(kept));
    if (p === shown) return;
    shown = p;
    card.replaceChildren(...cardOf(data, columnOf(p), p));
  }
}
