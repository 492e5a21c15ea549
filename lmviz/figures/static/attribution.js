// Figure 6: point at a token, and the tokens it drew on light up, by method.

import { attributionStep, element, fill, signed, writeTitle } from "./format.js";
import { startStrip } from "./strip.js";

const TOP = 8;
const PAINT = /^(s0|[onm][1-5]|plus|minus|target|after)$/;

export function start({ root, data, scope, position }) {
  const names = Object.keys(data.methods);
  const card = root.querySelector(".card");
  const control = root.querySelector(".switch");
  const can = (p) => names.some((name) => data.methods[name].targets.includes(p));
  const strip = startStrip(root.querySelector(".strip"), scope, can);
  let written = `${names[0]}/${data.drawn}`;

  scope.accept("m", (value) => names.includes(value));
  if (control) {
    control.hidden = false;
    control.addEventListener("click", (event) => {
      const chosen = event.target.closest("button")?.dataset.method;
      if (chosen) scope.keep("m", chosen);
    });
  }
  scope.follow(["t", "m"], update);
  update();

  function method() { return names.includes(scope.shown("m")) ? scope.shown("m") : names[0]; }

  function update() {
    const name = method();
    const chosen = data.methods[name];
    const p = position();
    const row = chosen.targets.indexOf(p);
    // A token passed over that was never a target leaves the last one in place; one that is kept says so.
    if (row < 0 && p !== scope.kept("t")) return;
    const key = `${name}/${p}`;
    strip.mark(p, scope.kept("t") ?? position.usual);
    if (key === written) return;
    written = key;
    if (control) for (const button of control.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.method === name));
    for (const legend of root.querySelectorAll("[data-legend]")) legend.hidden = (legend.dataset.legend === "signed") !== chosen.signed;
    const scores = row < 0 ? [] : chosen.scores[row].map((score) => score / 1000);
    strip.tokens.forEach((token) => {
      const at = Number(token.dataset.p);
      token.classList.remove(...[...token.classList].filter((each) => PAINT.test(each)));
      token.classList.add(...paint(at, p, row, scores, chosen.signed));
    });
    card.replaceChildren(...(row < 0 ? [element("p", { class: "soft" }, data.words.none)] : write(chosen, row, p, scores)));
    if (row >= 0) writeTitle(root, chosen.titles[row]);
  }

  function paint(at, p, row, scores, isSigned) {
    if (at === p) return ["target"];
    if (row < 0 || at > p) return ["after"];
    const step = attributionStep(scores[at]);
    if (!step) return ["s0"];
    if (!isSigned) return [`m${Math.abs(step)}`];
    return step > 0 ? [`o${step}`, "plus"] : [`n${-step}`, "minus"];
  }

  function write(chosen, row, p, scores) {
    const order = scores.map((_, at) => at).sort((a, b) => Math.abs(scores[b]) - Math.abs(scores[a]) || a - b).filter((at) => scores[at]).slice(0, TOP);
    const list = element("ol", { class: `bars shares${chosen.signed ? "" : " magnitudes"}` });
    for (const at of order) {
      list.append(element("li", { class: scores[at] < 0 ? "down" : "", style: `--v:${Math.abs(scores[at]).toFixed(3)}` },
        element("span", { class: "name" }, data.tokens[at]), element("span", { class: "bar" }),
        element("span", { class: "value" }, chosen.signed ? signed(scores[at]) : scores[at].toFixed(2))));
    }
    const error = chosen.errors[row];
    return [element("p", { class: "instead" }, fill(data.words.target, { target: data.tokens[p], position: p })), list,
      element("p", { class: "soft number" }, error === null ? "" : fill(data.words.completeness, { error }))];
  }
}
