// Figure 1: the text is the selector. A card says what was predicted at the token shown.

import { candidates, element, fill, percent, probability, rank } from "./format.js";
import { startStrip } from "./strip.js";

const CARD_CANDIDATES = 8;

export function start({ root, data, scope, position }) {
  const card = root.querySelector(".card");
  const strip = startStrip(root.querySelector(".strip"), scope);
  scope.accept("t", (value) => Number.isInteger(value) && value >= 0 && value < data.tokens.length);
  let written = position.drawn;
  scope.follow(["t"], update);
  update();

  function update() {
    const shown = position();
    strip.mark(shown, scope.kept("t") ?? position.usual);
    if (shown !== written) card.replaceChildren(...write(shown));
    written = shown;
  }

  function write(p) {
    const words = data.words;
    const title = element("p", { class: "name-of" }, p < data.tokens.length ? data.tokens[p] : words.next);
    if (p >= data.tokens.length) return [element("p", { class: "soft" }, words.next)];
    const number = element("p", { class: "soft" }, fill(words.of, { position: p }));
    if (data.logs[p] === null) return [title, number, element("p", {}, words.nothing)];
    const facts = element("dl", {}, element("dt", {}, words.probability), element("dd", {}, percent(data.logs[p])),
      element("dt", {}, words.rank), element("dd", {}, rank(data.ranks[p])));
    if (data.bytes[p]) facts.append(element("dt", {}, words.bytes), element("dd", { "data-raw": "" }, data.bytes[p]));
    const bars = element("ol", { class: "bars" });
    for (const { label, code } of candidates(data.candidates[p]).slice(0, CARD_CANDIDATES)) {
      const actual = label === data.ids[p];
      bars.append(element("li", { class: actual ? "actual" : "", style: `--v:${probability(code).toFixed(4)}` },
        element("span", { class: "name" }, (actual ? "◆ " : "") + data.labels[label]),
        element("span", { class: "bar" }), element("span", { class: "value" }, percent(code))));
    }
    return [title, number, facts, element("p", { class: "instead" }, words.instead), bars];
  }
}
