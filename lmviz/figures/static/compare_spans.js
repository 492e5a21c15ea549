// Figures over shared spans: the text is the selector, and a line reads out the span shown.

import { startStrip } from "./strip.js";

export function start({ root, scope, position }) {
  const spans = root.querySelectorAll(".spans .token");
  const readout = root.querySelector(".readout");
  const strip = startStrip(root.querySelector(".strip"), scope);
  scope.accept("t", (value) => Number.isInteger(value) && value >= 0 && value < spans.length);
  scope.follow(["t"], update);
  update();

  function update() {
    const shown = position();
    strip.mark(shown, scope.kept("t") ?? position.usual);
    const reading = spans[shown]?.getAttribute("aria-label") ?? "";
    if (readout.textContent !== reading) readout.textContent = reading;
  }
}
