// The measures of the grid of figure 4: the chosen one is painted into the cells, its legend and words take their places.

import { amount, fill, rank, shortBits, step, writeTitle } from "./format.js";
import { startSwitch } from "./switch.js";

/**
 * @param cells the grid's `td` elements, [layer][column], as the page brought them: filled with ranks
 */
export function startMeasures(root, data, cells) {
  const control = root.querySelector(".switch");
  if (!control) return;
  const legends = [...root.querySelectorAll("[data-legend]")];
  const grid = root.querySelector(".scroll");
  const ranks = cells.map((row) => row.map((cell) => cell.textContent));
  const shades = new Map(Object.entries(data.measures).map(([name, { prefix, edges, unit, cells: values }]) => (
    [name, values.map((row) => row.map((value) => (value === null ? "none" : `${prefix}${step(value / unit, edges)}`)))]
  )));
  let shown = "rank";
  const mark = startSwitch(control, "measure", (name) => paint(name ?? "rank"));
  control.hidden = false;
  mark(shown);

  function paint(name) {
    if (name === shown) return;
    mark(name);
    const [before, after] = [shades.get(shown), shades.get(name)];
    const { cells: values, title, alternative } = data.measures[name];
    cells.forEach((row, layer) => row.forEach((cell, column) => {
      const value = values[layer][column];
      cell.classList.replace(before[layer][column], after[layer][column]);
      cell.textContent = name === "rank" ? ranks[layer][column] : value === null ? "" : shortBits(value);
    }));
    shown = name;
    for (const legend of legends) legend.hidden = legend.dataset.legend !== name;
    grid.setAttribute("aria-label", alternative);
    writeTitle(root, title);
  }
}

/** All numbers of one cell in words; empty where nothing is predicted. */
export function reading(data, layer, column) {
  const { words, measures, settled } = data;
  const value = measures.rank.cells[layer][column];
  if (value === null) return [];
  const parts = [fill(words.rank, { rank: rank(value) })];
  for (const [name, { cells: values }] of Object.entries(measures)) {
    if (name !== "rank") parts.push(fill(words[name], { bits: amount(values[layer][column]) }));
  }
  if (settled) parts.push(fill(words.settled, { layer: settled[column] }));
  return parts;
}
