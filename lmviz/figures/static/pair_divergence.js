// The grid of divergence reads out the cell pointed at; a column chooses its place.

import { fill } from "./format.js";

export function start({ root, data, scope, position }) {
  const table = root.querySelector("table");
  const heads = [...table.querySelectorAll("thead button")];
  const cells = [...table.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("td")]);
  const readout = root.querySelector(".readout");
  if (!heads.length) return;

  root.querySelector(".scroll").removeAttribute("tabindex");
  scope.accept("t", (value) => data.places.includes(value));
  scope.follow(["t"], update);
  table.addEventListener("pointerover", (event) => { if (event.pointerType !== "touch") point(event); });
  table.addEventListener("pointerleave", () => { scope.hover("t", null); readout.textContent = ""; });
  table.addEventListener("focusin", (event) => { if (event.target.matches(":focus-visible")) point(event); });
  table.addEventListener("focusout", (event) => { if (!table.contains(event.relatedTarget)) scope.hover("t", null); });
  table.addEventListener("click", (event) => keep(event));
  table.addEventListener("keydown", (event) => {
    const [layer, column] = where(event.target);
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], Home: [0, -heads.length], End: [0, heads.length] }[event.key];
    if (column < 0) return;
    if (step) {
      event.preventDefault();
      const l = Math.max(-1, Math.min(cells.length - 1, layer + step[0]));
      const c = Math.max(0, Math.min(heads.length - 1, column + step[1]));
      rove(l < 0 ? heads[c] : cells[l][c]).focus();
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      keep(event);
    } else if (event.key === "Escape") {
      scope.keep("t", null);
    }
  });
  rove(heads[Math.max(0, data.places.indexOf(position()))]);
  update();

  /** Layer (-1 for a head) and column of an element of the grid. */
  function where(target) {
    const head = heads.indexOf(target.closest("button"));
    if (head >= 0) return [-1, head];
    const cell = target.closest("td");
    const layer = cells.findIndex((row) => row.includes(cell));
    return [layer, layer < 0 ? -1 : cells[layer].indexOf(cell)];
  }

  function point(event) {
    const [layer, column] = where(event.target);
    if (column < 0) return;
    scope.hover("t", data.places[column]);
    if (layer >= 0) readout.textContent = fill(data.words.reading, { place: data.placeNames[column], layer, bits: cells[layer][column].textContent });
  }

  function keep(event) {
    const [layer, column] = where(event.target);
    if (column < 0) return;
    const place = data.places[column];
    scope.keep("t", layer < 0 && scope.kept("t") === place ? null : place);
    point(event);
    rove(event.target.closest("td, button"));
  }

  function rove(to) {
    for (const each of table.querySelectorAll('[tabindex="0"]')) each.tabIndex = -1;
    to.tabIndex = 0;
    return to;
  }

  function update() {
    const [shown, kept] = [position(), scope.kept("t") ?? position.usual].map((place) => data.places.indexOf(place));
    heads.forEach((head, column) => head.setAttribute("aria-pressed", String(column === kept)));
    for (const row of cells) row.forEach((cell, column) => cell.classList.toggle("column", column === shown));
  }
}
