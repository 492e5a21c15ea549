// Figure 4: the grid reads out the cell pointed at; a column chooses its position for every figure.

import { fill, quoted, rank } from "./format.js";
import { startEnlarge } from "./enlarge.js";

export function start({ root, data, scope, position }) {
  const heads = [...root.querySelectorAll("thead button")];
  const rows = [...root.querySelectorAll("tbody tr")];
  const cells = rows.map((row) => [...row.querySelectorAll("td")]);
  const readout = root.querySelector(".readout");
  const columns = heads.length;
  let lit = null;
  let stop = null;

  scope.accept("t", (value) => Number.isInteger(value) && value >= 0 && value < columns);
  readout.textContent = data.words.hint;
  root.querySelector(".scroll").removeAttribute("tabindex");
  startEnlarge(root, root.querySelector("[data-enlarge]"), () => { scope.hover("t", null); scope.restate(); });

  const table = root.querySelector("table");
  table.addEventListener("pointerover", (event) => {
    const [layer, column] = where(event.target);
    if (column === null) return;
    if (event.pointerType !== "touch") scope.hover("t", column);
    read(layer, column);
  });
  table.addEventListener("pointerleave", () => { scope.hover("t", null); readout.textContent = data.words.hint; });
  table.addEventListener("focusin", (event) => {
    const [layer, column] = where(event.target);
    if (column !== null && event.target.matches(":focus-visible")) { scope.hover("t", column); read(layer, column); }
  });
  table.addEventListener("focusout", (event) => { if (!table.contains(event.relatedTarget)) scope.hover("t", null); });
  table.addEventListener("click", (event) => {
    const [layer, column] = where(event.target);
    if (column !== null) { scope.keep("t", column); rove(event.target.closest("td, button")); read(layer, column); }
  });
  table.addEventListener("keydown", (event) => {
    const [layer, column] = where(event.target);
    if (column === null) return;
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], Home: [0, -columns], End: [0, columns], PageUp: [-rows.length, 0], PageDown: [rows.length, 0] }[event.key];
    if (step) {
      event.preventDefault();
      const l = Math.max(-1, Math.min(rows.length - 1, layer + step[0]));
      const c = Math.max(0, Math.min(columns - 1, column + step[1]));
      const to = l < 0 ? heads[c] : cells[l][c];
      rove(to);
      to.focus();
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      scope.keep("t", column);
    } else if (event.key === "Escape" && !root.closest("dialog")) {
      scope.keep("t", null);
    }
  });

  scope.follow(["t"], update);
  rove(heads[Math.min(position(), columns - 1)]);
  update();

  function rove(to) {
    if (stop) stop.tabIndex = -1;
    stop = to;
    stop.tabIndex = 0;
  }

  /** Layer (-1 for a head) and column of an element of the grid. */
  function where(target) {
    const button = target.closest("button[data-p]");
    if (button) return [-1, Number(button.dataset.p)];
    const cell = target.closest("td");
    const layer = cell ? rows.indexOf(cell.parentElement) : -1;
    return layer < 0 ? [-1, null] : [layer, cell.cellIndex - 1];
  }

  function read(layer, column) {
    const value = layer < 0 ? 0 : data.ranks[layer][column];
    const values = { layer, position: column, token: quoted(data.tokens[column], data.language), rank: rank(value) };
    if (layer >= 0) readout.textContent = fill(value ? data.words.cell : data.words.nothing, values);
  }

  function update() {
    const p = position();
    const kept = scope.kept("t") ?? position.usual;
    heads.forEach((head, column) => head.setAttribute("aria-pressed", String(column === kept)));
    if (lit === p) return;
    if (lit === null) for (const cell of table.querySelectorAll("td.column")) cell.classList.remove("column");
    for (const row of cells) {
      row[lit]?.classList.remove("column");
      row[p]?.classList.add("column");
    }
    lit = p;
  }
}
