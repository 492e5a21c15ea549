// What a token rests on under each checkpoint: the target stays while the slider moves, and another one is drawn in its place.

import { attributionStep, writeTitle } from "./format.js";
import { startSteps } from "./steps.js";
import { startStrip } from "./strip.js";

const DRESS = /^(target|joins|joined|after|plus|minus|[sonm]\d)$/;

export function start({ root, data, scope, position }) {
  const rows = new Map(data.spans.flatMap(([first, length], row) => Array.from({ length }, (_, i) => [first + i, row])));
  const stops = [...root.querySelectorAll(".stop")];
  const strips = stops.map((stop) => startStrip(stop.querySelector(".strip"), scope, (p) => rows.has(p)));
  const drawn = stops.map(() => data.drawn);
  let [shown, target] = [0, data.drawn];

  scope.accept("t", (value) => rows.has(value));
  scope.follow(["t"], update);
  startSteps({ root, data, scope }, (index) => { shown = index; update(); });
  addEventListener("beforeprint", () => stops.forEach((_, index) => draw(index)));

  function update() {
    // A token that is no target leaves the last one in place.
    target = rows.get(position()) ?? rows.get(scope.kept("t")) ?? target;
    draw(shown);
    strips[shown].mark(data.spans[target][0], data.spans[target][0]);
    writeTitle(root, data.titles[target]);
  }

  function draw(index) {
    if (drawn[index] === target) return;
    drawn[index] = target;
    stops[index].querySelector(".stop-said").textContent = data.said[index][target];
    const [first, length] = data.spans[target];
    for (const token of strips[index].tokens) {
      const p = Number(token.dataset.p);
      token.classList.remove(...[...token.classList].filter((name) => DRESS.test(name)));
      token.classList.add(...paint(p, first, first + length, data.scores[index][target][p] / 1000));
    }
  }

  function paint(p, first, end, score) {
    if (p >= first && p < end) return ["target", ...(p > first ? ["joined"] : []), ...(p + 1 < end ? ["joins"] : [])];
    if (p >= end) return ["after"];
    const step = attributionStep(score);
    if (!step) return ["s0"];
    if (!data.signed) return [`m${Math.abs(step)}`];
    return step > 0 ? [`o${step}`, "plus"] : [`n${-step}`, "minus"];
  }
}
