// The card of an attribution, as lmviz/figures/html/attribution_card.py writes it.

import { amount, element, fill, signed } from "./format.js";

const TOP = 8;

/** What a target is called where it is contrasted or not: the key's suffix and the values of its message. */
export const named = (data, row) => {
  const foil = data.foils?.[row] ?? "";
  return { contrast: foil !== "", values: { target: data.names[row], foil } };
};

/** The positions of a target in words. */
const places = (data, [first, length]) => (length === 1 ? String(first) : fill(data.words.places, { first, last: first + length - 1 }));

export function writeCard(data, method, row) {
  const { words } = data;
  const { contrast, values } = named(data, row);
  const position = places(data, data.spans[row]);
  const parts = [
    element("p", { class: "heading" }, fill(contrast ? words.heading_contrast : words.heading, { ...values, position })),
    element("p", { class: "meaning" }, element("b", {}, method.name), ` ${method.meaning}`),
  ];
  if (method.rough[row]) parts.push(element("p", { class: "warning" }, fill(words.not_converged, { error: method.errors[row], tolerance: method.tolerance })));
  return [...parts, bars(data, method, row), facts(data, method, row)];
}

function bars(data, method, row) {
  const scores = method.scores[row].map((score) => score / 1000);
  const order = scores.map((_, at) => at).sort((a, b) => Math.abs(scores[b]) - Math.abs(scores[a]) || a - b).filter((at) => scores[at]).slice(0, TOP);
  const list = element("ol", { class: `bars shares${method.signed ? "" : " magnitudes"}` });
  for (const at of order) {
    list.append(element("li", { class: scores[at] < 0 ? "down" : "", style: `--v:${Math.abs(scores[at]).toFixed(3)}` },
      element("span", { class: "name" }, data.tokens[at]), element("span", { class: "bar" }),
      element("span", { class: "value" }, method.signed ? signed(scores[at]) : scores[at].toFixed(2))));
  }
  return list;
}

function facts(data, method, row) {
  const { words } = data;
  const list = element("dl", { class: "particulars" });
  const add = (name, value) => list.append(element("dt", {}, name), element("dd", {}, value));
  const value = `${amount(method.values[row])} ${data.unit}`;
  const absent = method.absent[row];
  add(data.quantity, absent === null ? value : fill(words.quantity_with, { value, absent: amount(absent) }));
  add(words.baseline, method.baseline);
  if (method.n_steps[row]) add(method.steps, String(method.n_steps[row]));
  if (method.errors[row] !== null) add(words.completeness, method.errors[row]);
  return list;
}
