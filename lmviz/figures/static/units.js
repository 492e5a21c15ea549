// A text in the unit that the reader has chosen, and numbers of tokens summed by unit, as lmviz/units/rung.py does.

import { fill } from "./format.js";
import { startSwitch } from "./switch.js";

/** The unit that a figure shows: the reader's, if the text is offered in it, or else the token. */
export function chosenUnit(data, scope) {
  const unit = scope.kept("u");
  return data.units.of[unit] ? unit : "token";
}

/** @returns a function that shows which unit is chosen */
export function startUnitSwitch(root, scope, data) {
  scope.accept("u", (value) => value === "token" || value in data.units.of);
  return startSwitch(root.querySelector(".units"), "unit", (unit) => scope.keep("u", unit === "token" ? null : unit));
}

/**
 * One text in one unit. `members` are the tokens of each unit, `stops` what a reader can choose, in order: units and
 * the tokens that begin in them. Units that have no token of their own follow in the stop of the token that reaches
 * them; a unit without any token is a stop without tokens.
 */
export class Rung {
  constructor(data, unit) {
    this.unit = unit;
    this.name = data.units.names[unit];
    const { lengths, tokens, straddles } = data.units.of[unit] ?? byToken(data);
    this.members = tokens;
    this.straddles = new Set(straddles);
    this.spans = [];
    lengths.reduce((begin, length) => (this.spans.push([begin, begin + length]), begin + length), 0);
    this.counts = [];
    this.first = [];
    tokens.forEach((own, at) => own.forEach((p) => {
      this.counts[p] = (this.counts[p] ?? 0) + 1;
      this.first[p] ??= at;
    }));
    this.stops = [];
    this.stopOf = [];
    tokens.forEach((own, at) => {
      const begun = own.filter((p) => this.first[p] === at);
      const stop = begun.length || !own.length ? { units: [], tokens: begun, joined: own.length > begun.length } : this.stopOf[own[0]];
      if (!stop.units.length) this.stops.push(stop);
      stop.units.push(at);
      for (const p of begun) this.stopOf[p] = stop;
    });
  }

  /** Numbers of tokens as numbers of units; null counts as nothing, and a unit that has nothing else is null. */
  sum(values) {
    return this.members.map((own) => {
      const known = own.filter((p) => typeof values[p] === "number");
      return known.length ? known.reduce((total, p) => total + values[p] / this.counts[p], 0) : null;
    });
  }

  /** What the units at `units` have of what spans all the positions of `[first, length]`: a mean of shares. */
  share(units, [first, length]) {
    let total = 0;
    for (let p = first; p < first + length; p += 1) total += units.filter((at) => this.members[at].includes(p)).length / (this.counts[p] ?? 1);
    return total / length;
  }

  /** Where units that follow each other begin and end. */
  span(units) { return [this.spans[units[0]][0], this.spans[units.at(-1)][1]]; }

  /** Units that follow each other as text; what has no characters is named as its token is. */
  text(data, units) {
    const [begin, end] = this.span(units);
    if (begin === end || this.unit === "token") return data.tokens[this.members[units[0]][0]];
    return this.unit === "byte" ? bytes(data.units, begin, end) : characters(data.units.shapes, begin, end);
  }
}

const rungs = new WeakMap();

/** The rung of a figure's text, made once. */
export function rungOf(data, unit) {
  if (!rungs.has(data)) rungs.set(data, new Map());
  const made = rungs.get(data);
  if (!made.has(unit)) made.set(unit, new Rung(data, unit));
  return made.get(unit);
}

/** Sentences that say how the text was cut and what the marks in it mean. */
export function notes(data, rung) {
  if (rung.unit === "token") return [];
  const { words, definitions } = data.units;
  const found = [definitions[rung.unit]];
  if (rung.stops.some((stop) => stop.units.length > 1)) found.push(words.larger);
  if (rung.straddles.size) found.push(words.straddles);
  if (rung.stops.some((stop) => !stop.tokens.length)) found.push(words.dropped);
  return found.map((each) => fill(each, { unit: rung.name }));
}

/** Characters `[begin, end)` as they are shown: a mark needs its circle only where it stands first, a joiner no sign between emoji. */
export function characters(shapes, begin, end) {
  return shapes.slice(begin, end).map((shape, at, all) => {
    if (shape === "U+200D" && at && joinsEmoji(all[at - 1], all[at + 1] ?? "")) return "\u200d";
    return at && shape.length > 1 ? shape.replace(/^◌/u, "") : shape;
  }).join("");
}

/** Whether a joiner makes one picture of two shapes; the same as lmviz/figures/labels.py. */
const joinsEmoji = (before, after) => /^(?!◌[^\ufe0f])◌?[\p{So}\u{1f3fb}-\u{1f3ff}\ufe0f]/u.test(before) && /^\p{So}/u.test(after);

/** The characters `[first, last)` that the bytes `[begin, end)` make up, or null. */
export function charactersOfBytes({ hex }, begin, end) {
  const ends = [0];
  for (const each of hex) ends.push(ends.at(-1) + each.length / 2);
  const span = [ends.indexOf(begin), ends.indexOf(end)];
  return span.includes(-1) ? null : span;
}

function bytes(table, begin, end) {
  const whole = charactersOfBytes(table, begin, end);
  return whole ? characters(table.shapes, ...whole) : table.hex.join("").slice(2 * begin, 2 * end).replace(/..(?=.)/g, "$& ");
}

const byToken = (data) => ({ lengths: data.tokens.map(() => 1), tokens: data.tokens.map((_, p) => [p]), straddles: [] });
