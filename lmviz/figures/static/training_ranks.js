// Ranks under each checkpoint: a grid a stop; a column chooses its token for every figure, whose way to the top is read out.

import { fill, quoted, rank } from "./format.js";
import { startGrid } from "./grid.js";
import { startSteps } from "./steps.js";

export function start({ root, data, scope, position }) {
  const readout = root.querySelector(".readout");
  const scrolls = [...root.querySelectorAll(".stops .scroll")];
  const grids = scrolls.map((scroll) => {
    scroll.removeAttribute("tabindex");
    return startGrid(scroll.querySelector("table"), {
      hover: (column) => scope.hover("t", column), keep: (column) => scope.keep("t", column),
      letGo: () => scope.keep("t", null), read: () => {},
    });
  });
  let shown = 0;

  scope.accept("t", (value) => Number.isInteger(value) && value >= 0 && value < data.tokens.length);
  scope.follow(["t"], update);
  // Grids are as wide as each other: a reader who has scrolled one finds the next in the same place.
  startSteps({ root, data, scope }, (index) => { const left = scrolls[shown].scrollLeft; shown = index; scrolls[index].scrollLeft = left; update(); });
  update();

  function update() {
    const kept = scope.kept("t");
    grids[shown].mark(position(), kept ?? position.usual);
    const column = scope.shown("t");
    readout.textContent = column === null || !data.ranks[0][column] ? data.words.hint : path(column);
  }

  /** The token's rank at every checkpoint. */
  function path(column) {
    const list = data.steps.map((step, index) => data.path.replace("\0", rank(step)).replace("\u0001", data.rank.replace("\0", rank(data.ranks[index][column]))));
    return fill(data.words.path, { token: quoted(data.tokens[column], data.language), list: list.join(data.separator) });
  }
}
