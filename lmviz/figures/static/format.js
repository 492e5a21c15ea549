// How numbers and names are written; the same as lmviz/figures/notation.py and scales.py.

const PROBABILITY_EDGES = [0.01, 0.03, 0.1, 0.2, 0.4, 0.6, 0.8];

/** Fills `{name}` in a message. */
export const fill = (message, values) => message.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

/** A probability from an island's code: thousandths of a nat below 0. */
export const probability = (code) => Math.exp(-code / 1000);

export function percent(code) {
  const share = 100 * probability(code);
  if (share > 99.9) return ">99.9%";
  if (share > 99) return `${share.toFixed(1)}%`;
  if (share < 1e-4) return "<0.0001%";
  const decimals = Math.max(0, 1 - Math.floor(Math.log10(share)));
  const text = share.toFixed(decimals);
  return `${decimals && Number(text) >= 10 ** (2 - decimals) ? share.toFixed(decimals - 1) : text}%`;
}

/** Hundredths of a bit of a code, or of a sum of codes. */
export const bits = (code) => Math.round(code / 10 / Math.LN2);

export const rank = (value) => value.toLocaleString("en-US");

export function signed(value) {
  const text = Math.abs(value).toFixed(2);
  return `${value < 0 && Number(text) ? "−" : "+"}${text}`;
}

/** A share between 0 and 1 as a whole percentage; one decimal below 10 %. */
export const share = (value) => `${(100 * value).toFixed(value >= 0.0995 || value === 0 ? 0 : 1)}%`;

/** A value in hundredths of its unit, with two decimals and a true minus sign. */
export const amount = (hundredths) => (hundredths === null ? "–" : (hundredths / 100).toFixed(2).replace("-", "−"));

/** Hundredths of a bit in at most three characters, for cells. */
export const shortBits = (hundredths) => (hundredths < 995 ? (Math.floor((hundredths + 5) / 10) / 10).toFixed(1) : String(Math.floor((hundredths + 50) / 100)));

/** The step of a value on a scale cut at the lower ends `edges`. */
export const step = (value, edges) => edges.filter((edge) => value >= edge).length;

export const probabilityStep = (code) => PROBABILITY_EDGES.filter((edge) => probability(code) >= edge).length;

export const attributionStep = (score) => Math.sign(score) * Math.min(5, Math.floor(Math.abs(score) * 5 + 0.5));

export const quoted = (text, language) => {
  if (language === "en") return `“${text}”`;
  return /[「」]/.test(text) ? `『${text}』` : `「${text}」`;
};

/** Candidates of an island: label index and code in turn, each code less the one before. */
export function candidates(flat) {
  const list = [];
  let code = 0;
  for (let i = 0; i < flat.length; i += 2) {
    code += flat[i + 1];
    list.push({ label: flat[i], code });
  }
  return list;
}

/** An element with text; model text only ever enters the page this way. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null && value !== false) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** The line that says which position is shown. */
export function writePlace(line, data, position) {
  const [before, after] = fill(data.words.place, { context: "\0", position }).split("\0");
  line.replaceChildren(before, element("b", {}, data.contexts[position]), after);
}

/** A title that lost a line while the pointer moves would pull the figure away from under it, and so change once more. */
function keepHeight(title, height) {
  if (!title.style.minHeight) addEventListener("resize", () => title.style.removeProperty("min-height"), { once: true });
  title.style.boxSizing = "border-box";
  title.style.minHeight = `${height}px`;
}

/** The title of the section around a figure: what the page marks as such, or what the section is labelled by. */
export function writeTitle(root, text) {
  const section = root.closest("[data-figure]");
  const title = section?.querySelector("[data-figure-title]") ?? document.getElementById(section?.getAttribute("aria-labelledby") ?? "");
  if (!title || !text || title.textContent === text) return;
  const tallest = title.offsetHeight;
  title.textContent = text;
  keepHeight(title, Math.max(tallest, title.offsetHeight));
}
