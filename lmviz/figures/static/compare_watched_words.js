// Panels of watched words: pictures at first, live charts with readings once pointed at.

import { draw, followScheme } from "./vega.js";

export function start({ root, data }) {
  const places = new Map([...root.querySelectorAll("[data-chart]")].map((place) => [place.dataset.chart, place]));
  const drawn = new Set();
  for (const [name, place] of places) place.addEventListener("pointerenter", () => live(name));
  followScheme(() => { const before = [...drawn]; drawn.clear(); before.forEach(live); });

  async function live(name) {
    if (drawn.has(name)) return;
    drawn.add(name);
    await draw(places.get(name), data.charts[name], data.colours);
  }
}
