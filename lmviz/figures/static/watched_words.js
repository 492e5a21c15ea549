// Figure 5: two pictures, of log-probability and of rank; a live chart with readings once pointed at.

import { draw, followScheme } from "./vega.js";

export function start({ root, data }) {
  const charts = new Map([...root.querySelectorAll("[data-chart]")].map((place) => [place.dataset.chart, place]));
  const drawn = new Set();
  const control = root.querySelector(".switch");
  if (control) {
    control.hidden = false;
    control.addEventListener("click", (event) => {
      const chosen = event.target.closest("button")?.dataset.quantity;
      if (!chosen) return;
      for (const button of control.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.quantity === chosen));
      for (const [name, place] of charts) place.hidden = name !== chosen;
    });
  }
  for (const [name, place] of charts) place.addEventListener("pointerenter", () => live(name));
  followScheme(() => { const before = [...drawn]; drawn.clear(); before.forEach(live); });

  async function live(name) {
    if (drawn.has(name)) return;
    drawn.add(name);
    await draw(charts.get(name), data.charts[name], data.colours);
  }
}
