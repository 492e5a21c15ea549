// The course of a training: a picture at first, live once pointed at; a row of its table chooses the checkpoint for every figure.

import { keepStep } from "./steps.js";
import { draw, followScheme } from "./vega.js";

export function start({ root, data, scope }) {
  const place = root.querySelector("[data-chart]");
  const rows = [...root.querySelectorAll("tr[data-step]")];
  const follows = document.querySelector(".lmviz .stops") !== null;
  let drawn = false;

  place.addEventListener("pointerenter", () => { if (!drawn) live(); });
  followScheme(() => { if (drawn) live(); });
  if (!follows) return;
  rows.forEach((row, index) => { row.classList.add("can"); row.addEventListener("click", () => keepStep(scope, data, index)); });
  scope.follow(["s"], mark);
  mark();

  async function live() {
    drawn = true;
    await draw(place, data.charts.course, data.colours);
  }

  function mark() {
    const step = scope.kept("s") ?? data.steps.at(-1);
    for (const row of rows) row.classList.toggle("on", Number(row.dataset.step) === step);
  }
}
