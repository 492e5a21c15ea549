// Factors under each checkpoint: the token chosen elsewhere is marked in the strip that is shown.

import { startSteps } from "./steps.js";
import { startStrip } from "./strip.js";

export function start({ root, data, scope, position }) {
  const strips = [...root.querySelectorAll(".strip")].map((strip) => startStrip(strip, scope));
  let shown = 0;
  scope.follow(["t"], update);
  startSteps({ root, data, scope }, (index) => { shown = index; update(); });

  function update() { strips[shown].mark(position(), scope.kept("t") ?? position.usual); }
}
