// The card of a token, as lmviz/figures/html/tokens.py writes it.

import { amount, bits, candidates, element, fill, percent, probability, rank } from "./format.js";

const CARD_CANDIDATES = 8;

export function writeToken(data, p) {
  const { words } = data;
  if (p >= data.tokens.length) return [element("p", { class: "soft" }, words.next)];
  const title = element("p", { class: "name-of" }, data.tokens[p]);
  const number = element("p", { class: "soft" }, fill(words.of, { position: p }));
  if (data.logs[p] === null) return [title, number, element("p", {}, words.nothing)];
  const facts = element("dl", {}, element("dt", {}, words.probability), element("dd", {}, percent(data.logs[p])),
    element("dt", {}, words.surprisal), element("dd", {}, fill(words.bits, { value: amount(bits(data.logs[p])) })),
    element("dt", {}, words.rank), element("dd", {}, rank(data.ranks[p])));
  if (data.bytes[p]) facts.append(element("dt", {}, words.bytes), element("dd", { "data-raw": "" }, data.bytes[p]));
  return [title, number, facts, ...candidateBars(data, p)];
}

/** What else could have stood at a position. */
export function candidateBars(data, p) {
  const bars = element("ol", { class: "bars" });
  for (const { label, code } of candidates(data.candidates[p]).slice(0, CARD_CANDIDATES)) {
    const actual = label === data.ids[p];
    bars.append(element("li", { class: actual ? "actual" : "", style: `--v:${probability(code).toFixed(4)}` },
      element("span", { class: "name" }, (actual ? "◆ " : "") + data.labels[label]),
      element("span", { class: "bar" }), element("span", { class: "value" }, percent(code))));
  }
  return [element("p", { class: "instead" }, data.words.instead), bars];
}
