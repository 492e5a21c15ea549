// Figure 3: the table follows the position chosen on the page. Its rows are one stop of the keyboard: arrows move, Home and End jump, Enter keeps the layer, Escape lets go.

import { candidates, element, percent, probabilityStep, writePlace, writeTitle } from "./format.js";

export function start({ root, data, scope, position }) {
  const rows = [...root.querySelectorAll("tbody tr")];
  const columns = root.querySelectorAll("thead th").length - 1;
  const line = root.querySelector(".place");
  let shown = position.drawn;

  scope.accept("t", (value) => Number.isInteger(value) && value >= 0 && value <= data.tokens.length);
  rows.forEach((row, layer) => row.addEventListener("click", () => { rove(layer); scope.keep("l", layer); }));
  root.querySelector("tbody").addEventListener("keydown", (event) => {
    const layer = rows.indexOf(event.target);
    const to = { ArrowDown: layer + 1, ArrowUp: layer - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (layer < 0 || !(to !== undefined || ["Enter", " ", "Escape"].includes(event.key))) return;
    event.preventDefault();
    if (to !== undefined) rove(Math.max(0, Math.min(rows.length - 1, to))).focus();
    else scope.keep("l", event.key === "Escape" ? null : layer);
  });
  rove(rows.length - 1);
  scope.follow(["t"], update);
  scope.follow(["l"], mark);
  update();
  mark();

  function rove(layer) {
    rows.forEach((row, at) => { row.tabIndex = at === layer ? 0 : -1; });
    return rows[layer];
  }

  function mark() { rows.forEach((row, layer) => row.classList.toggle("chosen", layer === scope.kept("l"))); }

  function update() {
    const p = position();
    if (p === shown) return;
    shown = p;
    writePlace(line, data, p);
    writeTitle(root, data.titles[p]);
    rows.forEach((row, layer) => {
      const list = candidates(data.candidates[layer][p]);
      const cells = Array.from({ length: columns }, (_, k) => {
        if (!list[k]) return element("td", { class: "none" });
        const { label, code } = list[k];
        return element("td", { class: `p${probabilityStep(code)}${label === data.ids[p] ? " actual" : ""}` },
          element("b", {}, data.labels[label]), element("small", {}, percent(code)));
      });
      row.replaceChildren(row.firstElementChild, ...cells);
    });
  }
}
