// Readings of a receipt's curves: point at one, or go to it by keyboard, and a line says its numbers there.

import { fill } from "./format.js";

const SIZE = 1000;
const MEASURES = ["comprehensiveness", "sufficiency"];

export function startReadings(panel, receipt) {
  const places = [...panel.querySelectorAll("[data-plot]")];
  const readout = panel.querySelector(".readout");
  const { words } = receipt;
  const count = receipt.erasures.length;
  let shown = null;
  let at = null;

  readout.textContent = words.hint;
  places.forEach((place, index) => { place.tabIndex = index ? -1 : 0; });
  const table = panel.querySelector(".curves");
  table.addEventListener("pointermove", point);
  table.addEventListener("pointerdown", point);
  table.addEventListener("pointerleave", (event) => { if (event.pointerType !== "touch") read(null); });
  table.addEventListener("focusin", (event) => {
    const plot = places.indexOf(event.target.closest("[data-plot]"));
    if (plot >= 0 && event.target.matches(":focus-visible")) read({ plot, point: at?.point ?? Math.floor(receipt.across.length / 2) });
  });
  table.addEventListener("focusout", () => read(null));
  table.addEventListener("keydown", (event) => {
    const plot = places.indexOf(event.target.closest("[data-plot]"));
    if (plot < 0) return;
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-count, 0], ArrowDown: [count, 0] }[event.key];
    if (event.key === "Escape") { read(null); return; }
    if (!step) return;
    event.preventDefault();
    const last = receipt.across.length - 1;
    let next = { plot: plot + step[0], point: (at?.point ?? 0) + step[1] };
    // Past the end of a curve the next one begins.
    if (next.point > last) next = { plot: next.plot + 1, point: 0 };
    if (next.point < 0) next = { plot: next.plot - 1, point: last };
    if (!places[next.plot]) return;
    at = next;
    places.forEach((place, index) => { place.tabIndex = index === next.plot ? 0 : -1; });
    places[next.plot].focus();
    read(next);
  });

  /** The drop at a height of a plot. */
  function value(plot, height) {
    return (plot.high - (height * (plot.high - plot.low)) / SIZE).toFixed(2).replace(/^-(?!0\.00)/, "−").replace("-", "");
  }

  function point(event) {
    const plot = places.indexOf(event.target.closest("[data-plot]"));
    if (plot < 0) return;
    const box = places[plot].getBoundingClientRect();
    const x = (SIZE * (event.clientX - box.left)) / box.width;
    const distances = receipt.across.map((each) => Math.abs(each - x));
    read({ plot, point: distances.indexOf(Math.min(...distances)) });
  }

  function read(next) {
    at = next;
    for (const guide of panel.querySelectorAll(".guide")) guide.setAttribute("d", "");
    if (at === null || shown === null) { readout.textContent = words.hint; return; }
    const [m, e] = [Math.floor(at.plot / count), at.plot % count];
    const plot = receipt.plots[shown.row];
    const [low, median, high] = plot.band[m][e].map((quantile) => value(plot, quantile[at.point]));
    places[at.plot].querySelector(".guide").setAttribute("d", `M${receipt.across[at.point]} 0v${SIZE}`);
    readout.textContent = fill(words[`reading_${MEASURES[m]}`], {
      low, median, high, erasure: receipt.erasures[e], share: receipt.fractions[at.point], unit: receipt.unit,
      drop: value(plot, receipt.curves[shown.index][shown.row][m][e][at.point]),
    });
  }

  return { value, show(next) { shown = next; read(at); } };
}
