// Figure 3: the table follows the position chosen on the page.

import { candidates, element, percent, probabilityStep, writePlace, writeTitle } from "./format.js";

export function start({ root, data, scope, position }) {
  const rows = [...root.querySelectorAll("tbody tr")];
  const columns = root.querySelectorAll("thead th").length - 1;
  const line = root.querySelector(".place");
  let shown = position.drawn;

  scope.accept("t", (value) => Number.isInteger(value) && value >= 0 && value <= data.tokens.length);
  rows.forEach((row, layer) => row.addEventListener("click", () => scope.keep("l", layer)));
  scope.follow(["t"], update);
  scope.follow(["l"], mark);
  update();
  mark();

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
