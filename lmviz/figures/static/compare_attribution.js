// The same text once a model, in the unit that the reader has chosen, coloured by what it gave to one target.

import { attributionStep, element, fill, writeTitle } from "./format.js";
import { startSwitch } from "./switch.js";

export function start({ root, data, scope, position }) {
  const strips = [...root.querySelectorAll(".model-strip .strip")];
  const [heading, readout] = [root.querySelector(".heading"), root.querySelector(".readout")];
  const markUnit = startSwitch(root.querySelector(".units"), "unit", (unit) => scope.keep("u", unit === data.usual ? null : unit));
  let drawn = "";

  scope.accept("u", (value) => value in data.units);
  scope.accept("t", (value) => Number.isInteger(value) && value >= 0 && value < data.spans.length);
  scope.follow(["t", "u"], update);
  strips.forEach((strip, model) => {
    strip.addEventListener("pointerover", (event) => read(event));
    strip.addEventListener("pointerleave", () => { readout.textContent = ""; });
    strip.addEventListener("focusin", (event) => read(event));
    strip.addEventListener("click", (event) => { const at = target(event); if (at !== null) choose(at); });
    strip.addEventListener("keydown", (event) => move(event, model));
  });
  update();

  function unit() { return scope.kept("u") in data.units ? scope.kept("u") : data.usual; }

  /** The target that holds the span shown; where none does, the one drawn first. */
  function shownTarget() {
    const begin = data.spans[scope.kept("t") ?? position.usual]?.[0];
    const found = data.targets.findIndex(([first, end]) => first <= begin && begin < end);
    return found < 0 ? data.drawn : found;
  }

  /** Where the units begin and end, in characters. */
  function edges(table) {
    let begin = 0;
    return table.lengths.map((length) => [begin, (begin += length)]);
  }

  function update() {
    const [name, row] = [unit(), shownTarget()];
    if (drawn === `${name}/${row}`) return;
    drawn = `${name}/${row}`;
    markUnit(name);
    const table = data.units[name];
    const places = edges(table);
    const [first, end] = data.targets[row];
    strips.forEach((strip, model) => {
      strip.replaceChildren(...table.texts.flatMap((text, at) => {
        const [from, to] = places[at];
        const button = element("button", { type: "button", class: ["token", ...paint(at)].join(" "), "data-unit": at, tabindex: -1 }, text);
        if (targetAt(from, to) !== null) button.classList.add("can");
        return text.endsWith("↵") ? [button, element("br")] : [button];

        function paint(index) {
          if (from < end && to > first) return ["target", ...(from > first ? ["joined"] : []), ...(to < end ? ["joins"] : [])];
          if (from >= end) return ["after"];
          const step = attributionStep(table.shares[model][row][index] / 1000 / data.full);
          if (!step) return ["s0"];
          return step > 0 ? [`o${step}`, "plus"] : [`n${-step}`, "minus"];
        }
      }));
      const stop = strip.querySelector(".target") ?? strip.firstElementChild;
      if (stop) stop.tabIndex = 0;
      strip.parentElement.querySelector(".outside").textContent = fill(data.words.outside, { share: share(table.outside[model][row]) });
    });
    heading.textContent = fill(data.words.heading, { target: data.targetNames[row] });
    writeTitle(root, table.titles[row]);
  }

  /** The target that a unit's characters `[from, to)` reach, or null. */
  function targetAt(from, to) {
    const found = data.targets.findIndex(([first, end]) => first < to && end > from);
    return found < 0 ? null : found;
  }

  function target(event) {
    const button = event.target.closest(".token");
    return button ? targetAt(...edges(data.units[unit()])[Number(button.dataset.unit)]) : null;
  }

  function choose(row) {
    const span = data.spans.findIndex(([begin]) => begin === data.targets[row][0]);
    scope.keep("t", scope.kept("t") === span ? null : span);
  }

  function read(event) {
    const button = event.target.closest(".token");
    if (!button || button.matches(".target, .after")) { readout.textContent = ""; return; }
    const [at, table, row] = [Number(button.dataset.unit), data.units[unit()], shownTarget()];
    const list = data.names.map((model, index) => fill(data.words.model_value, { model, value: share(table.shares[index][row][at]) }));
    readout.textContent = fill(data.words.reading, { source: table.texts[at], list: list.join(data.words.separator) });
  }

  function move(event, model) {
    const buttons = [...strips[model].querySelectorAll(".token")];
    const index = buttons.indexOf(event.target.closest(".token"));
    const to = { ArrowRight: index + 1, ArrowDown: index + 1, ArrowLeft: index - 1, ArrowUp: index - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (index < 0) return;
    if (to !== undefined) {
      event.preventDefault();
      const next = buttons[Math.max(0, Math.min(buttons.length - 1, to))];
      for (const each of buttons) each.tabIndex = each === next ? 0 : -1;
      next.focus();
    } else if (event.key === "Escape") {
      scope.keep("t", null);
    }
  }
}

/** Thousandths of a share as lmviz/figures/compare_words.py writes them. */
const share = (thousandths) => {
  const whole = Math.round(Math.abs(thousandths) / 10);
  return `${thousandths < 0 && whole ? "−" : "+"}${whole}%`;
};
