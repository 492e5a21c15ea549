// The card of a unit of the text: its surprisal, and what each of its tokens has of it.

import { amount, bits, element, fill, quoted } from "./format.js";
import { candidateBars } from "./token_card.js";
import { rungOf } from "./units.js";

/** More tokens than this scroll inside the card. */
const MANY = 14;

export function writeUnit(data, { rung, sums }, stop) {
  const { words } = data.units;
  const inBits = (code) => fill(data.words.bits, { value: amount(code === null ? null : bits(code)) });
  const known = stop.units.map((at) => sums[at]).filter((sum) => sum !== null);
  const total = known.length ? known.reduce((a, b) => a + b, 0) : null;
  const members = [...new Set(stop.units.flatMap((at) => rung.members[at]))].sort((a, b) => a - b);
  const values = { unit: rung.name, count: stop.units.length, first: members[0], last: members.at(-1) };
  const kind = stop.units.length > 1 ? words.of_several : members.length > 1 ? words.of : words.of_one;
  const parts = [
    element("p", { class: "name-of" }, rung.text(data, stop.units)),
    element("p", { class: "soft" }, fill(kind, values)),
  ];
  if (total === null) return [...parts, element("p", {}, data.words.nothing)];
  const facts = element("dl", {}, element("dt", {}, data.words.surprisal), element("dd", {}, inBits(total)));
  const length = rung.unit === "byte" ? 0 : predicted(data, ...rung.span(stop.units));
  if (length) facts.append(element("dt", {}, words.per_character), element("dd", {}, inBits(total / length)));
  parts.push(facts);
  const across = members.filter((p) => rung.straddles.has(p)).map((p) => quoted(data.tokens[p], data.language));
  if (across.length) parts.push(element("p", { class: "soft" }, fill(words.straddled, { ...values, tokens: across.join("") })));
  else if (stop.units.length > 1) parts.push(element("p", { class: "soft" }, fill(words.shared, values)));
  else if (members.length === 1) return [...parts, ...candidateBars(data, members[0])];
  return [...parts, element("p", { class: "instead" }, words.by_token), bars(data, rung, stop, members)];
}

/** How many of the characters `[begin, end)` have a surprisal. */
function predicted(data, begin, end) {
  const characters = rungOf(data, "character");
  return characters.sum(data.logs).filter((sum, at) => sum !== null && characters.spans[at][0] >= begin && characters.spans[at][1] <= end && characters.spans[at][0] < characters.spans[at][1]).length;
}

/** The tokens with the part of their surprisal that falls to the stop. */
function bars(data, rung, stop, members) {
  const parts = members.map((p) => (data.logs[p] === null ? null : data.logs[p] * rung.share(stop.units, [p, 1])));
  const largest = Math.max(...parts, 1);
  const many = members.length > MANY;
  const list = element("ol", { class: `bars${many ? " many" : ""}`, tabindex: many ? 0 : null, "aria-label": many ? data.units.words.by_token : null });
  members.forEach((p, at) => list.append(element("li", { class: "actual", style: `--v:${((parts[at] ?? 0) / largest).toFixed(4)}` },
    element("span", { class: "name" }, data.tokens[p]), element("span", { class: "bar" }),
    element("span", { class: "value" }, amount(parts[at] === null ? null : bits(parts[at]))))));
  return list;
}
