// How alike layers are: a switch exchanges the measure, and the cell pointed at, or else the one kept, is read out in all.

import { amount, fill, step, writeTitle } from "./format.js";
import { startGrid } from "./grid.js";
import { startSwitch } from "./switch.js";

export function start({ root, data }) {
  const table = root.querySelector("table");
  const scroll = root.querySelector(".scroll");
  const readout = root.querySelector(".readout");
  const notes = [...root.querySelectorAll("[data-note]")];
  const sides = [...table.querySelectorAll("tbody th[scope=row]")];
  const tops = [...table.querySelectorAll("thead th[scope=col]")];
  let kept = null;

  const grid = startGrid(table, {
    hover: () => {},
    keep(column, layer) { release(); kept = [layer, column]; grid.cells[layer][column].classList.add("kept"); },
    letGo() { release(); rest(); },
    read: (layer, column) => { if (column === null) rest(); else read(layer, column); },
  });
  const control = root.querySelector(".switch");
  const mark = startSwitch(control, "measure", (name) => paint(name ?? "cka"));
  control.hidden = false;
  scroll.removeAttribute("tabindex");
  grid.mark(-1, -1);
  mark("cka");
  rest();

  function release() {
    if (kept) grid.cells[kept[0]][kept[1]].classList.remove("kept");
    kept = null;
  }

  function rest() {
    if (kept) { read(...kept); return; }
    light(-1, -1);
    readout.textContent = data.words.hint;
  }

  function read(layer, column) {
    light(layer, column);
    const list = Object.values(data.measures).map(({ name, cells }) => {
      const value = cells[layer][column];
      return fill(data.words.value, { measure: name, value: value === null ? data.words.none : amount(value) });
    });
    readout.textContent = fill(data.words.cell, { row: data.rows[layer], column: data.columns[column], list: list.join(data.words.separator) });
  }

  function light(layer, column) {
    sides.forEach((head, index) => head.classList.toggle("on", index === layer));
    tops.forEach((head, index) => head.classList.toggle("on", index === column));
  }

  function paint(measure) {
    const { cells: values, closest, title, alternative } = data.measures[measure];
    mark(measure);
    grid.cells.forEach((row, layer) => row.forEach((cell, column) => {
      const value = values[layer][column];
      const shade = value === null ? "none" : `v${step(value, data.edges)}`;
      cell.className = [shade, column === closest[layer] && "closest", cell.classList.contains("kept") && "kept"].filter(Boolean).join(" ");
      cell.textContent = value === null ? "" : short(value);
    }));
    for (const note of notes) note.hidden = note.dataset.note !== measure;
    scroll.setAttribute("aria-label", alternative);
    writeTitle(root, title);
  }
}

/** Hundredths as short as cells need them: `.71`, `−.08`, `1`. */
function short(value) {
  const size = Math.abs(value);
  return `${value < 0 ? "−" : ""}${size === 100 ? "1" : `.${String(size).padStart(2, "0")}`}`;
}
