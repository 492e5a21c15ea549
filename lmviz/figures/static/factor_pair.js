// Two factors side by side: where both are strong, where only one is, and how alike their responses and neurons are.

import { element, fill, quoted } from "./format.js";
import { hue } from "./factor_text.js";

const LISTED = 6;

/** @param end called when the reader stops comparing; @returns a function that writes the comparison below a set's rows, or hides it */
export function startPair(root, data, end) {
  const words = data.pair;
  root.addEventListener("click", (event) => { if (event.target.closest(".factor-pair button")) end(); });

  return (set, { values, rung, factors }, cosines) => {
    const place = root.querySelector(`[data-panel="${set}"] .factor-pair`);
    place.hidden = factors.length < 2;
    if (place.hidden) { place.replaceChildren(); return; }
    const rows = factors.map((factor) => values[factor]);
    const names = factors.map((factor) => fill(data.words.factor_n, { number: factor + 1 }));
    const strong = (row, at) => (row[at] ?? 0) >= data.strong;
    const where = (test) => rows[0].map((_, at) => at).filter((at) => test(strong(rows[0], at), strong(rows[1], at)));
    const parts = [
      [words.both, [...factors], where((a, b) => a && b)],
      ...names.map((name, at) => [fill(words.only, { factor: name }), [factors[at]], where((...both) => both[at] && !both[1 - at])]),
    ];
    const facts = [fill(words.correlation, { value: written(correlation(...rows)) })];
    if (cosines) facts.push(fill(words.cosine, { value: written(cosines[factors[0]][factors[1]] / 100) }));
    place.replaceChildren(
      element("p", { class: "heading" }, fill(words.heading, { first: names[0], second: names[1] }),
        element("button", { type: "button", class: "quiet" }, words.end)),
      element("dl", {}, ...parts.flatMap(([name, of, places]) => [
        element("dt", {}, ...of.map((factor) => element("i", { class: hue(factor).join(" ") })), name), element("dd", {}, listed(rung, places))])),
      element("p", { class: "soft" }, [...facts, words.strong].join(data.language === "ja" ? "　" : " · ")),
    );
  };

  function listed(rung, places) {
    if (!places.length) return words.nowhere;
    const texts = [...new Set(places.map((at) => (rung.unit === "token" ? data.tokens[at] : rung.text(data, [at]))))];
    const list = texts.slice(0, LISTED).map((text) => quoted(text, data.language)).join(data.language === "ja" ? "" : ", ");
    return fill(texts.length > LISTED ? words.listed_more : words.listed, { list, count: places.length });
  }
}

/** Pearson's over what both have, NaN where a response never changes. */
export function correlation(...rows) {
  const [first, second] = rows.map((row) => row.filter((_, at) => rows.every((each) => typeof each[at] === "number")));
  const mean = (row) => row.reduce((sum, value) => sum + value, 0) / row.length;
  const [a, b] = [first, second].map((row) => { const middle = mean(row); return row.map((value) => value - middle); });
  const product = (x, y) => x.reduce((sum, value, at) => sum + value * y[at], 0);
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}

const written = (value) => (Number.isFinite(value) ? value.toFixed(2).replace("-", "−") : "–");
