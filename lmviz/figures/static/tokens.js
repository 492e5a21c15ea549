// Figure 1: the text is the selector. A card says what was predicted at the token shown, or of the unit that holds it.

import { bits, fill, probabilityStep, step } from "./format.js";
import { startSwitch } from "./switch.js";
import { writeToken } from "./token_card.js";
import { writeUnit } from "./unit_card.js";
import { startUnitStrip } from "./unit_strip.js";
import { chosenUnit, notes, rungOf, startUnitSwitch } from "./units.js";

/** What the text's colours mean now: the unit, its numbers, and the class names of each of its units. */
export function look(data, scope) {
  const rung = rungOf(data, chosenUnit(data, scope));
  const sums = rung.sum(data.logs);
  const bySurprisal = rung.unit !== "token" || scope.kept("colour") === "surprisal";
  const edges = data.edges.map((edge) => edge * (data.wider[rung.unit] ?? 1));
  const name = (code) => (bySurprisal ? `u${step(bits(code) / 100, edges)}` : `p${probabilityStep(code)}`);
  return { rung, sums, bySurprisal, edges, classes: (at) => [sums[at] === null ? "none" : name(sums[at])] };
}

export function start({ root, data, scope, position }) {
  const card = root.querySelector(".card");
  const strip = startUnitStrip(root.querySelector(".strip"), scope, data);
  const markUnit = startUnitSwitch(root, scope, data);
  const colours = root.querySelector(".colours");
  const markColour = startSwitch(colours, "colour", (name) => scope.keep("colour", name));
  const note = root.querySelector(".unit-note");
  scope.accept("t", (value) => Number.isInteger(value) && value >= 0 && value < data.tokens.length);
  let written = `token/${position.drawn}`;
  let painted = "token/false";
  scope.follow(["t", "u", "colour"], update);
  update();

  function update() {
    const shown = position();
    const now = look(data, scope);
    const { rung, bySurprisal } = now;
    if (painted !== `${rung.unit}/${bySurprisal}`) dress(now);
    painted = `${rung.unit}/${bySurprisal}`;
    strip.mark(shown, scope.kept("t") ?? position.usual);
    const stop = rung.stopOf[shown];
    const key = rung.unit === "token" || !stop ? `token/${shown}` : `${rung.unit}/${stop.units[0]}`;
    if (key !== written) card.replaceChildren(...(key.startsWith("token/") ? writeToken(data, shown) : writeUnit(data, now, stop)));
    written = key;
  }

  function dress({ rung, bySurprisal, edges, classes }) {
    strip.draw(rung);
    strip.paint(classes);
    markUnit(rung.unit);
    const byUnit = rung.unit !== "token";
    colours.querySelector("[data-colour='probability']").disabled = byUnit;
    markColour(bySurprisal ? "surprisal" : "probability");
    for (const legend of root.querySelectorAll("[data-legend]")) legend.hidden = (legend.dataset.legend === "surprisal") !== bySurprisal;
    root.querySelectorAll("[data-legend='surprisal'] li > span").forEach((edge, at) => { edge.textContent = at ? edges[at - 1] : 0; });
    note.hidden = !byUnit;
    note.textContent = [fill(data.words.by_unit, { unit: rung.name }), ...notes(data, rung)].join(data.language === "en" ? " " : "");
  }
}
