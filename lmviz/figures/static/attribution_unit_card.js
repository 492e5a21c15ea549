// The card of an attribution that is summed by unit.

import { named } from "./attribution_card.js";
import { amount, element, fill, quoted, signed } from "./format.js";
import { total } from "./unit_sums.js";

const TOP = 8;

export function writeUnitCard(data, method, rung, stop, found, row) {
  const { words, units, language } = data;
  const name = quoted(rung.text(data, stop.units), language);
  const summed = data.adds === "yes";
  const { contrast, values } = named(data, row);
  const [first, length] = data.spans[row];
  const place = length === 1 ? String(first) : fill(words.places, { first, last: first + length - 1 });
  const members = [...new Set(stop.units.flatMap((at) => rung.members[at]))].sort((a, b) => a - b);
  const heading = summed ? fill(words.heading_unit, { target: name })
    : fill(contrast ? words.heading_contrast : words.heading, { ...values, position: place });
  const parts = [
    element("p", { class: "heading" }, heading),
    element("p", { class: "meaning" }, element("b", {}, method.name), ` ${method.meaning}`),
  ];
  if (summed) parts.push(element("p", { class: "soft" }, consists(units.words, rung, stop, members)));
  const held = members.filter((p) => found.rows.some(([at]) => p >= data.spans[at][0] && p < data.spans[at][0] + data.spans[at][1]));
  if (summed && held.length < members.length) parts.push(element("p", { class: "soft" }, fill(words.partly, { unit: rung.name, all: members.length, count: held.length })));
  const rough = found.rows.filter(([at]) => method.rough[at]).map(([at]) => method.errors[at]);
  if (rough.length) parts.push(element("p", { class: "warning" }, fill(words.not_converged, { error: rough.sort((a, b) => parseFloat(b) - parseFloat(a))[0], tolerance: method.tolerance })));
  return [...parts, bars(data, rung, stop, found, name), facts(data, method, found)];
}

const consists = (words, rung, stop, members) => fill(
  stop.units.length > 1 ? words.of_several : members.length > 1 ? words.of : words.of_one,
  { unit: rung.name, count: stop.units.length, first: members[0], last: members.at(-1) },
);

function bars(data, rung, stop, { sums, within }, name) {
  const largest = Math.max(...sums.map((sum) => Math.abs(sum ?? 0))) || 1;
  const entries = sums.map((sum, at) => [sum, stop.units.includes(at) ? null : rung.text(data, [at])]).filter(([sum, text]) => sum && text !== null);
  if (within !== null) entries.push([within, fill(data.words.within, { target: name })]);
  const list = element("ol", { class: "bars shares" });
  for (const [sum, text] of entries.sort((a, b) => Math.abs(b[0]) - Math.abs(a[0])).slice(0, TOP)) {
    list.append(element("li", { class: sum < 0 ? "down" : "", style: `--v:${Math.min(1, Math.abs(sum) / largest).toFixed(3)}` },
      element("span", { class: "name" }, text), element("span", { class: "bar" }),
      element("span", { class: "value" }, signed(sum / largest))));
  }
  return list;
}

function facts(data, method, { rows, sums, within }) {
  const { words } = data;
  const list = element("dl", { class: "particulars" });
  const add = (name, value) => list.append(element("dt", {}, name), element("dd", {}, value));
  const sumOf = (values) => (rows.some(([at]) => values[at] === null) ? null : rows.reduce((sum, [at, part]) => sum + part * values[at], 0));
  const [value, absent] = [`${amount(sumOf(method.values))} ${data.unit}`, sumOf(method.absent)];
  add(data.quantity, absent === null ? value : fill(words.quantity_with, { value, absent: amount(absent) }));
  add(words.sum, `${amount(data.per_unit * (total(sums) ?? 0))} ${data.unit}`);
  if (within !== null) add(words.within_sum, `${amount(data.per_unit * within)} ${data.unit}`);
  add(words.baseline, method.baseline);
  const [[only]] = rows;
  if (rows.length === 1 && method.n_steps[only]) add(method.steps, String(method.n_steps[only]));
  if (rows.length === 1 && method.errors[only] !== null) add(words.completeness, method.errors[only]);
  return list;
}
