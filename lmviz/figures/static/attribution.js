// Figure 6: point at a token, and the tokens it drew on light up, by method; the card and the receipt follow.

import { named, writeCard } from "./attribution_card.js";
import { attributionStep, element, fill, quoted, writeTitle } from "./format.js";
import { startMethodSwitch } from "./method_switch.js";
import { startReceipt } from "./receipt.js";
import { startStrip } from "./strip.js";

const PAINT = /^(s0|[onm][1-5]|plus|minus|target|joins|joined|after)$/;

export function start({ root, data, scope, position }) {
  const names = Object.keys(data.methods);
  const card = root.querySelector(".card");
  const rows = rowsByPosition(data);
  const strip = startStrip(root.querySelector(".strip"), scope, (p) => rows.has(p));
  const markMethod = startMethodSwitch(root, scope);
  const drawReceipt = data.receipt ? startReceipt(root.querySelector(".receipt"), data) : () => {};
  let written = `${names[0]}/${rows.get(data.drawn)}`;

  scope.accept("t", (value) => rows.has(value));
  scope.accept("m", (value) => names.includes(value));
  scope.follow(["t", "m"], update);
  markMethod(names[0]);
  update();

  function update() {
    const name = names.includes(scope.shown("m")) ? scope.shown("m") : names[0];
    const method = data.methods[name];
    const p = position();
    const row = method.scores[rows.get(p)] ? rows.get(p) : undefined;
    // A token passed over that was never a target leaves the last one in place; one that is kept says so.
    if (row === undefined && p !== scope.kept("t")) return;
    strip.mark(p, scope.kept("t") ?? position.usual);
    const key = `${name}/${row ?? `at ${p}`}`;
    if (key === written) return;
    written = key;
    markMethod(name);
    for (const legend of root.querySelectorAll("[data-legend]")) legend.hidden = (legend.dataset.legend === "signed") !== method.signed;
    for (const token of strip.tokens) {
      token.classList.remove(...[...token.classList].filter((each) => PAINT.test(each)));
      token.classList.add(...paint(Number(token.dataset.p), p, row, method));
    }
    if (row === undefined) {
      card.replaceChildren(element("p", { class: "soft" }, data.words.none));
      return;
    }
    card.replaceChildren(...writeCard(data, method, row));
    writeTitle(root, title(method, row));
    drawReceipt(name, row);
  }

  function paint(at, p, row, method) {
    const [first, length] = row === undefined ? [p, 1] : data.spans[row];
    if (at >= first && at < first + length) return ["target", ...(at > first ? ["joined"] : []), ...(at + 1 < first + length ? ["joins"] : [])];
    if (row === undefined || at > first) return ["after"];
    const step = attributionStep(method.scores[row][at] / 1000);
    if (!step) return ["s0"];
    if (!method.signed) return [`m${Math.abs(step)}`];
    return step > 0 ? [`o${step}`, "plus"] : [`n${-step}`, "minus"];
  }

  function title(method, row) {
    const [claim, source, share] = method.claims[row];
    const { contrast, values } = named(data, row);
    return fill(data.titles[contrast ? `contrast.${claim}` : claim], { ...values, share, source: quoted(data.tokens[source] ?? "", data.language) });
  }
}

/** Which target a position belongs to: the one that begins there, or else the first that holds it. */
function rowsByPosition(data) {
  const rows = new Map(data.spans.map(([first], row) => [first, row]));
  data.spans.forEach(([first, length], row) => {
    for (let p = first; p < first + length; p += 1) if (!rows.has(p)) rows.set(p, row);
  });
  return rows;
}
