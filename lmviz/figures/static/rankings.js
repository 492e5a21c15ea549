// Figure 4: the grid reads out the cell pointed at, or else the one kept; a column chooses its position for every figure.

import { fill, quoted } from "./format.js";
import { startEnlarge } from "./enlarge.js";
import { reading, startMeasures } from "./measures.js";

export function start({ root, data, scope, position }) {
  const heads = [...root.querySelectorAll("thead button")];
  const rows = [...root.querySelectorAll("tbody tr")];
  const cells = rows.map((row) => [...row.querySelectorAll("td")]);
  const readout = root.querySelector(".readout");
  const columns = heads.length;
  const scroll = root.querySelector(".scroll");
  let lit = null;
  let stop = null;
  let kept = null;
  let brought = null;

  scope.accept("t", (value) => Number.isInteger(value) && value >= 0 && value < columns);
  readout.textContent = data.words.hint;
  scroll.removeAttribute("tabindex");
  startMeasures(root, data, cells);
  startEnlarge(root, root.querySelector("[data-enlarge]"), () => { scope.hover("t", null); scope.restate(); });

  const table = root.querySelector("table");
  table.addEventListener("pointerover", (event) => {
    const [layer, column] = where(event.target);
    if (column === null) return;
    if (event.pointerType !== "touch") scope.hover("t", column);
    read(layer, column);
  });
  table.addEventListener("pointerleave", () => { scope.hover("t", null); rest(); });
  table.addEventListener("focusin", (event) => {
    const [layer, column] = where(event.target);
    if (column !== null && event.target.matches(":focus-visible")) { scope.hover("t", column); read(layer, column); }
  });
  table.addEventListener("focusout", (event) => { if (!table.contains(event.relatedTarget)) scope.hover("t", null); });
  table.addEventListener("click", (event) => {
    const [layer, column] = where(event.target);
    if (column !== null) { rove(event.target.closest("td, button")); keep(layer, column); }
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
      keep(layer, column);
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

  function keep(layer, column) {
    release();
    if (layer >= 0) {
      kept = [layer, column];
      cells[layer][column].classList.add("kept");
    }
    scope.keep("t", column);
    rest();
  }

  function release() {
    if (kept) cells[kept[0]][kept[1]].classList.remove("kept");
    kept = null;
  }

  function rest() {
    if (kept) read(...kept); else readout.textContent = data.words.hint;
  }

  function read(layer, column) {
    if (layer < 0) return;
    const values = { layer, position: column, token: quoted(data.tokens[column], data.language) };
    const list = reading(data, layer, column);
    readout.textContent = fill(list.length ? data.words.cell : data.words.nothing, { ...values, list: list.join(data.words.separator) });
  }

  function update() {
    const p = position();
    const chosen = scope.kept("t");
    heads.forEach((head, column) => head.setAttribute("aria-pressed", String(column === (chosen ?? position.usual))));
    if (kept && kept[1] !== chosen) { release(); rest(); }
    if (chosen !== null && chosen !== brought) bring(chosen);
    brought = chosen;
    if (lit === p) return;
    if (lit === null) for (const cell of table.querySelectorAll("td.column")) cell.classList.remove("column");
    for (const row of cells) {
      row[lit]?.classList.remove("column");
      row[p]?.classList.add("column");
    }
    lit = p;
  }

  /** Scrolls the grid sideways until a column chosen elsewhere is in sight. */
  function bring(column) {
    const head = heads[column]?.parentElement;
    if (!head || table.contains(document.activeElement)) return;
    const edge = rows[0].firstElementChild.offsetWidth;
    const [left, right] = [head.offsetLeft - edge, head.offsetLeft + head.offsetWidth];
    if (left >= scroll.scrollLeft && right <= scroll.scrollLeft + scroll.clientWidth) return;
    scroll.scrollTo({ left: (left + right - scroll.clientWidth) / 2, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }
}
