// Figure 2: the picture gives way to a live chart once another layer or position is asked for.

import { candidates, element, fill, percent, probability, quoted, writePlace, writeTitle } from "./format.js";
import { draw, followScheme } from "./vega.js";

export function start({ root, data, scope, position }) {
  const place = root.querySelector(".chart");
  const stepper = root.querySelector(".stepper");
  const [slider, output] = [stepper.querySelector("input"), stepper.querySelector("output")];
  const line = root.querySelector(".place");
  const layers = data.candidates.length;
  let view = null;
  let shown = `${position.drawn}/${data.layer}`;
  let latest = 0;

  scope.accept("l", (value) => Number.isInteger(value) && value >= 0 && value < layers);
  stepper.hidden = false;
  slider.addEventListener("input", () => scope.keep("l", Number(slider.value)));
  scope.follow(["t", "l"], update);
  followScheme(() => { if (view) { view = null; shown = ""; update(); } });
  update();

  function layer() {
    const l = scope.shown("l");
    return Number.isInteger(l) && l < layers ? l : data.layer;
  }

  async function update() {
    const [p, l] = [position(), layer()];
    slider.value = l;
    output.textContent = fill(data.layerName, { layer: l }) + (l === layers - 1 ? `（${data.words.last}）` : "");
    if (data.language === "en") output.textContent = output.textContent.replace("（", " (").replace("）", ")");
    if (shown === `${p}/${l}`) return;
    shown = `${p}/${l}`;
    writePlace(line, data, p);
    const list = candidates(data.candidates[l][p]);
    writeTitle(root, title(list, l));
    const values = list.map(({ label, code }, i) => {
      const actual = label === data.ids[p];
      return { order: i + 1, token: data.labels[label], label: (actual ? "◆ " : "") + data.labels[label], probability: probability(code), percent: percent(code), actual };
    });
    const limit = data.axis.find((end) => values.every((row) => row.probability <= end)) ?? 1;
    for (const row of values) row.limit = limit;
    const turn = ++latest;
    if (!list.length) { view = null; place.replaceChildren(element("p", { class: "soft" }, data.words.nothing)); return; }
    if (!view) {
      const specification = structuredClone(data.chart);
      setRows(specification, values);
      const drawn = await draw(place, specification, data.colours);
      if (turn !== latest) { shown = ""; view = drawn; update(); return; }
      view = drawn;
    } else {
      view.data("bars", values);
      await view.runAsync();
    }
    place.querySelector("svg")?.setAttribute("aria-label", `${fill(data.layerName, { layer: l })} ${values.map((v) => `${v.token} ${v.percent}`).join(", ")}`);
  }

  function title(list, l) {
    const words = data.titles;
    const at = fill(data.layerName, { layer: l });
    if (!list.length) return words.nothing;
    const [first, second] = list;
    const values = { layer: at, token: quoted(data.labels[first.label], data.language), probability: percent(first.code) };
    if (probability(first.code) < data.limits.undecided) return fill(words.plain, values);
    if (probability(first.code) >= data.limits.certain) return fill(words.certain, values);
    if (second && (second.code - first.code) / 1000 < Math.log(data.limits.contest)) {
      return fill(words.contest, { ...values, other: quoted(data.labels[second.label], data.language), other_probability: percent(second.code) });
    }
    return fill(words.first, values);
  }
}

/** Puts rows into the data set called `bars`, wherever Altair wrote it. */
function setRows(specification, values) {
  if (specification.datasets?.bars) specification.datasets.bars = values;
  for (const part of [specification, ...(specification.layer ?? [])]) if (part.data?.name === "bars" && part.data.values) part.data.values = values;
}
