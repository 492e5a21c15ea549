// The text in the hues of factors: each token's strongest, one alone, or two, the first above and the second below.

import { element } from "./format.js";

const HUES = 8;

/** Class names of a factor's colour, as lmviz/figures/html/factor_rows.py gives them. */
export const hue = (factor) => [`f${factor % HUES}`, ...(Math.floor(factor / HUES) % 2 ? ["again"] : [])];

/**
 * @param cells pairs of an element and the index of its values
 * @param values strengths `[factor][index]` in thousandths
 * @param factors those chosen: none, one or two
 * @param strong the strength from which on a factor's number is written
 */
export function paint(cells, values, factors, strong) {
  for (const [cell, at] of cells) {
    const shown = factors.length ? factors : strongest(values, at);
    const [first, second] = shown.map((factor) => values[factor][at] ?? 0);
    cell.classList.remove(...[...cell.classList].filter((each) => /^(f\d|again|two|again-below)$/.test(each)));
    cell.querySelector("sub")?.remove();
    if (first > 0 || second > 0) cell.classList.add(...hue(shown[0]));
    cell.style.setProperty("--a", Math.min(1, (first ?? 0) / 1000).toFixed(2));
    if (shown.length > 1) {
      cell.classList.add("two", ...(hue(shown[1]).includes("again") ? ["again-below"] : []));
      cell.style.setProperty("--g", `var(--lm-f${shown[1] % HUES})`);
      cell.style.setProperty("--b", Math.min(1, second / 1000).toFixed(2));
    }
    const numbers = factors.length === 1 ? [] : shown.filter((factor) => (values[factor][at] ?? 0) >= strong);
    if (numbers.length) cell.append(element("sub", {}, numbers.map((factor) => factor + 1).join("·")));
  }
}

function strongest(values, at) {
  let best = null;
  values.forEach((row, factor) => { if ((row[at] ?? 0) > (best === null ? 0 : values[best][at])) best = factor; });
  return best === null ? [] : [best];
}
