// Candidates of two texts for the place and layer chosen.

import { candidates, element, fill, percent, probability, quoted, writeTitle } from "./format.js";
import { startStrip } from "./strip.js";

export function start({ root, data, scope, position }) {
  const lists = [...root.querySelectorAll(".bars")];
  const stepper = root.querySelector(".stepper");
  const [slider, output] = [stepper.querySelector("input"), stepper.querySelector("output")];
  const strip = startStrip(root.querySelector(".strip"), scope);
  const layers = data.texts[0].candidates.length;
  let shown = `${data.places.indexOf(data.position)}/${data.layer}`;

  stepper.hidden = false;
  scope.accept("t", (value) => data.places.includes(value));
  scope.accept("l", (value) => Number.isInteger(value) && value >= 0 && value < layers);
  slider.addEventListener("input", () => scope.keep("l", Number(slider.value)));
  scope.follow(["t", "l"], update);
  update();

  function update() {
    const p = data.places.includes(position()) ? position() : position.usual;
    const place = data.places.indexOf(p);
    const l = Number.isInteger(scope.shown("l")) ? scope.shown("l") : data.layer;
    strip.mark(p, scope.kept("t") ?? position.usual);
    slider.value = l;
    const name = fill(data.layerName, { layer: l });
    output.textContent = l === layers - 1 ? (data.language === "en" ? `${name} (${data.words.last})` : `${name}（${data.words.last}）`) : name;
    if (shown === `${place}/${l}`) return;
    shown = `${place}/${l}`;
    const found = data.texts.map((text) => candidates(text.candidates[l][place]).map(({ label, code }) => ({ name: text.labels[label], code, actual: label === text.actual[place] })));
    const limit = data.axis.find((end) => found.flat().every((row) => probability(row.code) <= end)) ?? 1;
    found.forEach((rows, index) => {
      const others = new Set(found[1 - index].map((row) => row.name));
      lists[index].replaceChildren(...rows.map(({ name: token, code, actual }) => element("li", { class: actual ? "actual" : "", style: `--v:${(probability(code) / limit).toFixed(4)}` },
        element("span", { class: "name" }, (actual ? "◆ " : "") + (others.has(token) ? "" : "+ ") + token),
        element("span", { class: "bar" }), element("span", { class: "value" }, percent(code)))));
    });
    writeTitle(root, title(found, place, name));
  }

  function title(found, place, layer) {
    const tops = found.map((rows) => rows[0]);
    const where = { place: data.placeNames[place], layer };
    if (tops.some((top) => !top || probability(top.code) < data.undecided)) return fill(data.titles.plain, where);
    const [token, other] = tops.map((top) => quoted(top.name, data.language));
    return fill(token === other ? data.titles.same : data.titles.differ, { ...where, token, other, first: data.names[0], second: data.names[1] });
  }
}
