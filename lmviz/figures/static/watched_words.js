// Figure 5: pictures of log-probability, place and rank; a live chart with readings once pointed at.

import { startSwitch } from "./switch.js";
import { draw, followScheme } from "./vega.js";

export function start({ root, data }) {
  const charts = new Map([...root.querySelectorAll("[data-chart]")].map((place) => [place.dataset.chart, place]));
  const drawn = new Set();
  const control = root.querySelector(".switch");
  if (control) {
    control.hidden = false;
    const mark = startSwitch(control, "quantity", (chosen) => show(chosen ?? "log_probability"));
    const show = (chosen) => {
      mark(chosen);
      for (const [name, place] of charts) place.hidden = name !== chosen;
    };
    show("log_probability");
  }
  for (const [name, place] of charts) place.addEventListener("pointerenter", () => live(name));
  followScheme(() => { const before = [...drawn]; drawn.clear(); before.forEach(live); });

  async function live(name) {
    if (drawn.has(name)) return;
    drawn.add(name);
    await draw(charts.get(name), data.charts[name], data.colours);
  }
}
