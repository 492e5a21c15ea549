// The strip of a text in the unit chosen: the tokens that the page came with, or the same text drawn unit by unit.

import { element } from "./format.js";
import { startStrip } from "./strip.js";
import { characters, charactersOfBytes } from "./units.js";

const PAINT = /^(p[0-7]|u[0-7]|none|s0|[onm][1-5]|plus|minus|target|framed|joins|joined|after)$/;

const asServed = new WeakMap();

/** A copy of a strip as the page came with it, whatever it shows now. */
export function copyStrip(place) {
  const copy = place.cloneNode(false);
  copy.append(...(asServed.get(place) ?? [...place.childNodes]).map((node) => node.cloneNode(true)));
  return copy;
}

/** @returns `startStrip`'s strip, which can also be drawn in a unit and painted */
export function startUnitStrip(place, scope, data, can = () => true) {
  const served = [...place.childNodes];
  asServed.set(place, served);
  const strip = startStrip(place, scope, can);
  let drawn = "token";

  return Object.assign(strip, {
    /** Draws the text in the unit of `rung`. */
    draw(rung) {
      if (rung.unit === drawn) return;
      drawn = rung.unit;
      place.classList.toggle("flowing", drawn === "sentence");
      place.replaceChildren(...(drawn === "token" ? served : [...runs(served, data, rung, can)]));
      strip.take();
    },
    /** The elements of units, each with the index of its unit. */
    cells() { return [...place.querySelectorAll("[data-at], .token:not([data-own])")].map((cell) => [cell, Number(cell.dataset.at ?? cell.dataset.p)]); },
    /** Gives every unit, and every stop (which may be the same element), its class names. */
    paint(ofUnit, ofStop = () => []) {
      for (const [cell, unit] of strip.cells()) put(cell, ofUnit(unit));
      for (const stop of strip.tokens) {
        const names = ofStop(Number((stop.dataset.own ?? stop.dataset.p).split(" ")[0]));
        if (stop.matches("[data-at], .token:not([data-own])")) stop.classList.add(...names); else put(stop, names);
      }
    },
  });
}

function put(cell, names) {
  cell.classList.remove(...[...cell.classList].filter((each) => PAINT.test(each)));
  cell.classList.add(...names);
}

function* runs(served, data, rung, can) {
  const labels = served.map((run) => run.querySelector?.(".run-label")).filter(Boolean);
  const parts = { prompt: [], continuation: [] };
  let kind = "prompt";
  let block = null;
  rung.stops.forEach((stop, at) => {
    if (stop.tokens.length) kind = stop.tokens[0] < data.prompt ? "prompt" : "continuation";
    const made = draw(data, rung, stop, can);
    const follows = rung.stops[at + 1]?.joined;
    if (!stop.joined) block = follows ? element("span", { class: "block" }) : null;
    if (block && !stop.joined) parts[kind].push(block);
    if (block) block.append(made); else parts[kind].push(made);
    if (made.textContent.endsWith("↵")) parts[kind].push(element("br"));
  });
  for (const [name, label] of [["prompt", labels[0]], ["continuation", labels.at(-1)]]) {
    if (parts[name].length) yield element("span", { class: `run ${name}` }, label.cloneNode(true), ...parts[name]);
  }
}

function draw(data, rung, stop, can) {
  const [begin, end] = rung.span(stop.units);
  if (!stop.tokens.length) return element("s", { class: "dropped" }, rung.text(data, stop.units));
  const attributes = {
    type: "button", class: `token${begin === end ? " word" : ""}${stop.tokens.some(can) ? " can" : ""}`, "data-p": stop.tokens.find(can) ?? stop.tokens[0],
    "data-own": stop.tokens.join(" "), "aria-pressed": "false", tabindex: -1,
  };
  if (stop.units.length === 1) return element("button", { ...attributes, "data-at": stop.units[0] }, ...text(data, rung, stop.units));
  const button = element("button", { ...attributes, class: `${attributes.class} shared${straddled(rung, stop) ? " straddled" : ""}` });
  // Bytes that make up whole characters are shown as those.
  const cells = rung.unit === "byte" && charactersOfBytes(data.units, begin, end) ? [stop.units] : stop.units.map((at) => [at]);
  for (const units of cells) button.append(element("span", { class: "cell", "data-at": units[0] }, ...text(data, rung, units)));
  return button;
}

/** Whether a token of the stop straddles units without a stop of their own to share a frame with. */
const straddled = (rung, stop) => stop.units.some((at) => rung.members[at].some((p) => rung.straddles.has(p)));

/** A text, what the model wrote of it underlined where it begins inside. */
function text(data, rung, units) {
  const [begin, end] = rung.span(units);
  const { written, shapes } = data.units;
  if (rung.unit === "byte" || begin >= written || end <= written) return [rung.text(data, units)];
  return [characters(shapes, begin, written), element("u", {}, characters(shapes, written, end))];
}
