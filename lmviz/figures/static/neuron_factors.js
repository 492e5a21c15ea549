// Figure 7: hover or choose a factor to see it alone; the numbers of components are prepared side by side.

import { element, fill, quoted, writeTitle } from "./format.js";
import { startStrip } from "./strip.js";

const HUES = 8;

export function start({ root, data, scope, position }) {
  const counts = Object.keys(data.counts);
  const control = root.querySelector(".switch");
  const readout = root.querySelector(".readout");
  const explained = root.querySelector("[data-explained]");
  const strip = startStrip(root.querySelector(".strip"), scope);
  const usual = data.shown;
  let count = usual;

  scope.accept("f", (value) => read(value) !== null);
  if (control) {
    control.hidden = false;
    control.addEventListener("click", (event) => {
      const chosen = event.target.closest("button")?.dataset.count;
      if (chosen) scope.keep("f", chosen);
    });
  }
  for (const panel of root.querySelectorAll("[data-panel]")) {
    const factor = (event) => event.target.closest("li")?.dataset.factor;
    panel.addEventListener("pointerover", (event) => { if (event.pointerType !== "touch" && event.target.closest("button")) scope.hover("f", `${count}-${Number(factor(event)) + 1}`); });
    panel.addEventListener("pointerout", (event) => { if (event.target.closest("button")) scope.hover("f", null); });
    panel.addEventListener("focusin", (event) => { if (event.target.matches("button:focus-visible")) scope.hover("f", `${count}-${Number(factor(event)) + 1}`); });
    panel.addEventListener("focusout", () => scope.hover("f", null));
    panel.addEventListener("click", (event) => {
      if (!event.target.closest("button")) return;
      const value = `${count}-${Number(factor(event)) + 1}`;
      scope.keep("f", scope.kept("f") === value ? count : value);
    });
    panel.addEventListener("keydown", (event) => {
      const buttons = [...panel.querySelectorAll("button")];
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) { event.preventDefault(); buttons[(buttons.indexOf(event.target) + step + buttons.length) % buttons.length]?.focus(); }
      if (event.key === "Escape") scope.keep("f", count === usual ? null : count);
    });
  }
  scope.follow(["f"], update);
  scope.follow(["t"], at);
  update();

  /** `6` is a number of factors, `6-2` its second factor. */
  function read(value) {
    const [, n, factor] = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(String(value)) ?? [];
    if (!counts.includes(n)) return null;
    if (factor === undefined) return { n, factor: null };
    return factor >= 1 && factor <= data.counts[n].values.length ? { n, factor: Number(factor) - 1 } : null;
  }

  function update() {
    const chosen = read(scope.shown("f")) ?? { n: usual, factor: null };
    const kept = read(scope.kept("f"));
    count = chosen.n;
    const { values } = data.counts[count];
    if (control) for (const button of control.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.count === count));
    explained.textContent = data.counts[count].explained;
    for (const mark of root.querySelectorAll("[data-mark]")) mark.classList.toggle("on", mark.dataset.mark === count);
    writeTitle(root, data.counts[count].title);
    for (const panel of root.querySelectorAll("[data-panel]")) {
      panel.hidden = panel.dataset.panel !== count;
      panel.firstElementChild.classList.toggle("alone", chosen.factor !== null);
      for (const item of panel.querySelectorAll("li")) {
        const factor = Number(item.dataset.factor);
        item.classList.toggle("lit", factor === chosen.factor);
        item.querySelector("button").setAttribute("aria-pressed", String(kept?.n === panel.dataset.panel && factor === kept.factor));
      }
    }
    for (const token of strip.tokens) {
      const p = Number(token.dataset.p);
      let factor = chosen.factor;
      if (factor === null) values.forEach((row, each) => { if (row[p] > (factor === null ? 0 : values[factor][p])) factor = each; });
      const value = factor === null ? 0 : values[factor][p];
      token.classList.remove(...[...token.classList].filter((each) => /^f\d$/.test(each)));
      token.querySelector("sub")?.remove();
      if (value > 0) token.classList.add(`f${factor % HUES}`);
      token.style.setProperty("--a", (value / 100).toFixed(2));
      if (chosen.factor === null && value >= 50) token.append(element("sub", {}, String(factor + 1)));
    }
    at();
  }

  function at() {
    const p = position();
    strip.mark(p, scope.kept("t"));
    for (const mark of root.querySelectorAll(".at")) { mark.setAttribute("x", p); mark.setAttribute("width", p < data.tokens.length ? 1 : 0); }
    const rows = data.counts[count].values;
    const list = rows.map((row, factor) => ({ factor, value: row[p] ?? 0 })).filter(({ value }) => value >= 5).sort((a, b) => b.value - a.value).slice(0, 3);
    readout.textContent = scope.shown("t") === null ? "" : list.map(({ factor, value }) => fill(data.words.cell, {
      token: quoted(data.tokens[p] ?? "", data.language), factor: fill(data.words.factor_n, { number: factor + 1 }), value: (value / 100).toFixed(2) })).join(data.language === "ja" ? "、" : "; ");
  }
}
