// Figure 6: point at a token, and the tokens it drew on light up, by method and by unit; the card and the receipt follow.

import { named, writeCard } from "./attribution_card.js";
import { attributionStep, element, fill, quoted, share, writeTitle } from "./format.js";
import { startMethodSwitch } from "./method_switch.js";
import { startReceipt } from "./receipt.js";
import { writeUnitCard } from "./attribution_unit_card.js";
import { startUnitStrip } from "./unit_strip.js";
import { claim, sumsByUnit } from "./unit_sums.js";
import { chosenUnit, notes, rungOf, startUnitSwitch } from "./units.js";

export function start({ root, data, scope, position }) {
  const names = Object.keys(data.methods);
  const card = root.querySelector(".card");
  const rows = rowsByPosition(data);
  const strip = startUnitStrip(root.querySelector(".strip"), scope, data, (p) => rows.has(p));
  const markMethod = startMethodSwitch(root, scope);
  const markUnit = startUnitSwitch(root, scope, data);
  const drawReceipt = data.receipt ? startReceipt(root.querySelector(".receipt"), data) : () => {};
  let written = `token/${names[0]}/${rows.get(data.drawn)}`;

  scope.accept("t", (value) => rows.has(value));
  scope.accept("m", (value) => names.includes(value));
  scope.follow(["t", "m", "u"], update);
  markMethod(names[0]);
  explain(data.methods[names[0]], rungOf(data, "token"));
  update();

  function update() {
    const name = names.includes(scope.shown("m")) ? scope.shown("m") : names[0];
    const method = data.methods[name];
    const rung = rungOf(data, method.signed ? chosenUnit(data, scope) : "token");
    const p = position();
    const stop = rung.stopOf[p];
    const target = rows.has(p) ? p : stop?.tokens.find((own) => rows.has(own));
    const row = method.scores[rows.get(target)] ? rows.get(target) : undefined;
    // A token passed over that was never a target leaves the last one in place; one that is kept says so.
    if (row === undefined && p !== scope.kept("t") && written.startsWith(`${rung.unit}/${name}/`)) return;
    strip.draw(rung);
    strip.mark(p, scope.kept("t") ?? position.usual);
    const key = `${rung.unit}/${name}/${row === undefined ? `at ${p}` : rung.unit === "token" ? row : `${stop.units[0]} ${row}`}`;
    if (key === written) return;
    written = key;
    markMethod(name);
    explain(method, rung);
    for (const legend of root.querySelectorAll("[data-legend]")) legend.hidden = (legend.dataset.legend === "signed") !== method.signed;
    if (row === undefined) {
      strip.paint((at) => (rung.unit === "token" && at === p ? ["target"] : ["after"]));
      card.replaceChildren(element("p", { class: "soft" }, data.words.none));
      return;
    }
    if (rung.unit === "token") byToken(method, row); else byUnit(method, rung, stop, row);
    drawReceipt(name, row);
  }

  function byToken(method, row) {
    strip.paint((at) => paint(at, data.spans[row], method.scores[row], method.signed));
    card.replaceChildren(...writeCard(data, method, row));
    const [variant, source, part] = method.claims[row];
    retitle(variant, row, { share: part, source: quoted(data.tokens[source] ?? "", data.language) });
  }

  function byUnit(method, rung, stop, row) {
    const found = sumsByUnit(data, method, rung, stop, row);
    const largest = Math.max(...found.sums.map((sum) => Math.abs(sum ?? 0))) || 1;
    const end = stop.units.at(-1);
    strip.paint(
      (at) => (at > end || found.sums[at] === null ? ["after"] : shade(found.sums[at] / largest, true)),
      (p) => (p !== stop.tokens[0] ? [] : [found.within === null ? "target" : "framed"]),
    );
    card.replaceChildren(...writeUnitCard(data, method, rung, stop, found, row));
    const [variant, unit, part] = claim(found, stop, data.thresholds);
    const target = data.adds === "yes" ? { target: quoted(rung.text(data, stop.units), data.language) } : {};
    retitle(variant, row, { ...target, share: share(part), source: unit === null ? "" : quoted(rung.text(data, [unit]), data.language) });
  }

  /** Why the unit can be chosen or not, and what is summed. */
  function explain(method, rung) {
    const note = root.querySelector(".unit-note");
    markUnit(rung.unit);
    const place = root.querySelector(".units");
    if (place) place.hidden = !method.signed;
    const said = !method.signed ? [data.words.unsigned] : rung.unit === "token" ? []
      : [fill(data.adds === "yes" ? data.words.summed : data.words[data.adds], { unit: rung.name, quantity: data.quantity.toLowerCase() }), ...notes(data, rung)];
    note.hidden = !said.length;
    note.textContent = said.join(data.language === "en" ? " " : "");
  }

  function retitle(variant, row, values) {
    const { contrast, values: known } = named(data, row);
    writeTitle(root, fill(data.titles[contrast ? `contrast.${variant}` : variant], { ...known, ...values }));
  }
}

function paint(at, [first, length], scores, signed) {
  if (at >= first && at < first + length) return ["target", ...(at > first ? ["joined"] : []), ...(at + 1 < first + length ? ["joins"] : [])];
  return at > first ? ["after"] : shade(scores[at] / 1000, signed);
}

function shade(score, signed) {
  const step = attributionStep(score);
  if (!step) return ["s0"];
  if (!signed) return [`m${Math.abs(step)}`];
  return step > 0 ? [`o${step}`, "plus"] : [`n${-step}`, "minus"];
}

/** Which target a position belongs to: the one that begins there, or else the first that holds it. */
function rowsByPosition(data) {
  const rows = new Map(data.spans.map(([first], row) => [first, row]));
  data.spans.forEach(([first, length], row) => {
    for (let p = first; p < first + length; p += 1) if (!rows.has(p)) rows.set(p, row);
  });
  return rows;
}
