// The receipt under an attribution, for the target and method shown; the markup stands, this fills it in. The words and
// numbers are those of lmviz/figures/receipt_words.py and lmviz/figures/html/receipt_cells.py.

import { amount, element, fill } from "./format.js";
import { startReadings } from "./receipt_readings.js";

const SIZE = 1000;
const SIDES = { "+": "better", 0: "inside", "-": "worse" };
const SIGNS = { "+": "▲", 0: "", "-": "▼" };

/** @returns a function that draws the receipt of a method at a target */
export function startReceipt(panel, data) {
  const receipt = data.receipt;
  const { words } = receipt;
  const plots = [...panel.querySelectorAll("[data-plot]")];
  const count = receipt.erasures.length;
  const headed = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  const readings = startReadings(panel, receipt);

  return (name, row) => {
    const index = receipt.methods.indexOf(name);
    const method = data.methods[name].name;
    const plot = receipt.plots[row];
    const measured = index >= 0 && plot !== null;
    panel.querySelector(".verdict").textContent = verdict(index, method, row);
    panel.querySelector("[data-measured]").hidden = !measured;
    for (const line of panel.querySelectorAll("tr[data-method]")) line.classList.toggle("chosen", line.dataset.method === name);
    compare(row);
    readings.show(measured ? { index, row } : null);
    if (!measured) return;
    plots.forEach((place, at) => drawPlot(place, plot, index, row, at, method));
    panel.querySelectorAll(".area").forEach((place, at) => place.replaceChildren(...area(index, row, at)));
    panel.querySelectorAll("[data-own]").forEach((note, e) => { note.hidden = Boolean(receipt.judged[index][e]); });
    panel.querySelectorAll("[data-infidelity]").forEach((cell, e) => { cell.textContent = number(receipt.infidelity[index][row][e]); });
    other("sensitivity", receipt.sensitivity[index][row], number);
    other("error", receipt.errors[index][row], String);
  };

  function drawPlot(place, plot, index, row, at, method) {
    const [m, e] = [Math.floor(at / count), at % count];
    const [low, median, high] = plot.band[m][e];
    const own = receipt.curves[index][row][m][e];
    const xs = receipt.across;
    const draw = (name, path) => place.querySelector(`.${name}`).setAttribute("d", path);
    draw("grid", plot.ticks.map(([, y]) => `M0 ${y}h${SIZE}`).join(""));
    draw("band", `${line(xs, high)}L${line([...xs].reverse(), [...low].reverse()).slice(1)}Z`);
    draw("median", line(xs, median));
    draw("line", line(xs, own));
    draw("dots", xs.map((x, i) => `M${x} ${own[i]}h0`).join(""));
    place.querySelector(".ticks").replaceChildren(...plot.ticks.map(([text, y]) => element("span", { style: `--y:${(y / SIZE).toFixed(3)}` }, text)));
    const list = receipt.fractions.map((share, i) => fill(words.point, { share, drop: readings.value(plot, own[i]) })).join(words.separator);
    place.setAttribute("aria-label", fill(words.curve, { list, method, measure: headed(receipt.measures[m]), erasure: receipt.erasures[e] }));
  }

  function area(index, row, at) {
    const side = receipt.judged[index][at % count] ? SIDES[receipt.sides[index][row][at]] : "unjudged";
    return [
      element("span", { class: "unit" }, words.area), " ", element("b", {}, amount(receipt.areas[index][row][at])),
      element("span", { class: "unit nats" }, ` ${receipt.unit}`), " ",
      element("span", { class: `side ${side}` }, words[side]),
      element("small", {}, fill(words.beaten, { beaten: receipt.beaten[index][row][at], orders: receipt.orders })),
    ];
  }

  function compare(row) {
    for (const line of panel.querySelectorAll(".lm-compare tr[data-method]")) {
      const index = receipt.methods.indexOf(line.dataset.method);
      [...line.querySelectorAll("td")].forEach((cell, at) => {
        const beaten = receipt.beaten[index][row]?.[at];
        if (beaten === undefined) { cell.textContent = "–"; cell.className = ""; cell.removeAttribute("style"); return; }
        const side = receipt.sides[index][row][at];
        const share = Math.round((100 * beaten) / receipt.orders);
        const judged = receipt.judged[index][at % count];
        cell.textContent = judged ? `${SIGNS[side]}${share}` : `(${share})`;
        cell.className = judged ? SIDES[side] : "unjudged";
        cell.setAttribute("style", `--v:${share}%`);
      });
    }
  }

  function other(key, value, write) {
    const place = panel.querySelector(`[data-other="${key}"]`);
    place.hidden = value === null;
    place.querySelector("b").textContent = value === null ? "" : write(value);
  }

  function verdict(index, method, row) {
    const values = { method, target: data.names[row] };
    if (index < 0) return fill(receipt.verdicts.absent, values);
    if (receipt.plots[row] === null) return fill(receipt.verdicts.short, values);
    const judged = receipt.judged[index];
    const marked = (sign) => [...receipt.sides[index][row]].map((side, at) => side === sign && judged[at % count]);
    const [better, worse] = [marked("+"), marked("-")];
    const counted = (list) => list.filter(Boolean).length;
    const tests = receipt.measures.length * judged.filter(Boolean).length;
    const gains = counted(better);
    const claim = counted(worse) ? (gains ? "mixed" : "worse") : gains === tests ? "all" : gains > 1 ? "some" : gains ? "one" : "inside";
    return fill(receipt.verdicts[claim], { ...values, tests, count: gains, erasures: receipt.erasures.filter((_, e) => judged[e]).join(words.separator), better: listed(better), worse: listed(worse) });
  }

  function listed(marked) {
    return receipt.measures.map((measure, m) => {
      const erasures = receipt.erasures.filter((_, e) => marked[m * count + e]);
      return erasures.length ? fill(words.listed, { measure, erasures: erasures.join(words.separator) }) : "";
    }).filter(Boolean).join(words.separator);
  }
}

const line = (xs, ys) => `M${xs.map((x, i) => `${x} ${ys[i]}`).join("L")}`;

const number = (hundredths) => (hundredths === null ? "–" : (hundredths / 100).toFixed(2));
