// Figure 4: the grid reads out the cell pointed at, or else the one kept; a column chooses its position for every figure.

import { fill, quoted } from "./format.js";
import { startEnlarge } from "./enlarge.js";
import { startGrid } from "./grid.js";
import { reading, startMeasures } from "./measures.js";

export function start({ root, data, scope, position }) {
  const table = root.querySelector("table");
  const scroll = root.querySelector(".scroll");
  const readout = root.querySelector(".readout");
  const columns = data.tokens.length;
  let kept = null;
  let brought = null;

  scope.accept("t", (value) => Number.isInteger(value) && value >= 0 && value < columns);
  readout.textContent = data.words.hint;
  scroll.removeAttribute("tabindex");
  startEnlarge(root, root.querySelector("[data-enlarge]"), () => { scope.hover("t", null); scope.restate(); });
  const grid = startGrid(table, {
    hover: (column) => scope.hover("t", column),
    keep,
    letGo: () => scope.keep("t", null),
    read: (layer, column) => { if (column === null) rest(); else if (layer >= 0) read(layer, column); },
  });
  startMeasures(root, data, grid.cells);
  scope.follow(["t"], update);
  update();

  function keep(column, layer) {
    release();
    if (layer >= 0) {
      kept = [layer, column];
      grid.cells[layer][column].classList.add("kept");
    }
    scope.keep("t", column);
    rest();
  }

  function release() {
    if (kept) grid.cells[kept[0]][kept[1]].classList.remove("kept");
    kept = null;
  }

  function rest() {
    if (kept) read(...kept); else readout.textContent = data.words.hint;
  }

  function read(layer, column) {
    const values = { layer, position: column, token: quoted(data.tokens[column], data.language) };
    const list = reading(data, layer, column);
    readout.textContent = fill(list.length ? data.words.cell : data.words.nothing, { ...values, list: list.join(data.words.separator) });
  }

  function update() {
    const chosen = scope.kept("t");
    grid.mark(position(), chosen ?? position.usual);
    if (kept && kept[1] !== chosen) { release(); rest(); }
    if (chosen !== null && chosen !== brought) bring(chosen);
    brought = chosen;
  }

  /** Scrolls the grid sideways until a column chosen elsewhere is in sight. */
  function bring(column) {
    const head = table.querySelector(`button[data-p="${column}"]`)?.parentElement;
    if (!head || table.contains(document.activeElement)) return;
    const edge = table.querySelector("tbody th").offsetWidth;
    const [left, right] = [head.offsetLeft - edge, head.offsetLeft + head.offsetWidth];
    if (left >= scroll.scrollLeft && right <= scroll.scrollLeft + scroll.clientWidth) return;
    scroll.scrollTo({ left: (left + right - scroll.clientWidth) / 2, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }
}
