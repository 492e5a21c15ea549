// Figures of factors: hover or choose one to see it alone, lay a second below it; sets of factors and units can be switched.
// `f` is a set, such as the number of factors, and after it the factors chosen of it, counted from 1: `6`, `6-2`, `6-2-5`.

import { startPair } from "./factor_pair.js";
import { startRows } from "./factor_rows.js";
import { paint } from "./factor_text.js";
import { fill, quoted, share, writeTitle } from "./format.js";
import { startSwitch } from "./switch.js";
import { startUnitStrip } from "./unit_strip.js";
import { chosenUnit, notes, rungOf, startUnitSwitch } from "./units.js";

export function start({ root, data, scope, position }) {
  const strip = startUnitStrip(root.querySelector(".strip"), scope, data);
  const markUnit = data.units ? startUnitSwitch(root, scope, data) : null;
  const markSet = startSwitch(root.querySelector(".counts"), "count", (name) => keep(name ?? data.shown, []));
  const readout = root.querySelector(".readout");
  const explained = root.querySelector("[data-explained]");
  const note = root.querySelector(".unit-note");
  const looks = new Map();
  let set = data.shown;
  let now = null;
  const rows = startRows(root, data.prompt, {
    kept,
    hover: (factors) => scope.hover("f", factors && written(set, factors)),
    keep: (factors) => {
      keep(factors ? set : data.shown, factors ?? []);
      // The rows of another set go, and the focus with them.
      if (!document.activeElement?.offsetParent) root.querySelector(".counts [aria-pressed='true']")?.focus();
    },
  });
  const writePair = startPair(root, data, () => keep(set, kept().slice(0, 1)));

  scope.accept("f", (value) => read(value) !== null);
  scope.follow(["f", "u"], update);
  scope.follow(["t"], at);
  update();

  function read(value) {
    const [name, ...numbers] = String(value).split("-");
    const count = Object.hasOwn(data.sets, name) ? data.sets[name].values.length : 0;
    const factors = numbers.map((number) => (/^\d{1,3}$/.test(number) ? Number(number) - 1 : -1));
    return count && factors.length < 3 && new Set(factors).size === factors.length && factors.every((each) => each >= 0 && each < count) ? { name, factors } : null;
  }

  function written(name, factors) { return [name, ...factors.map((factor) => factor + 1)].join("-"); }

  function keep(name, factors) { scope.keep("f", name === data.shown && !factors.length ? null : written(name, factors)); }

  /** The factors that are kept of the set shown. */
  function kept() {
    const own = read(scope.kept("f"));
    return own?.name === set ? own.factors : [];
  }

  function update() {
    // Another figure of the page may have factors of its own under the same key.
    const chosen = read(scope.shown("f")) ?? read(scope.kept("f")) ?? { name: scope.kept("f") === null ? data.shown : set, factors: [] };
    set = chosen.name;
    now = look(set, chosen.factors);
    const own = data.sets[set];
    if (markUnit) strip.draw(now.rung);
    paint(strip.cells(), now.values, chosen.factors, data.strong);
    rows.show(set, chosen.factors, now);
    writePair(set, now, own.cosines);
    markSet(set);
    if (explained && own.explained) explained.textContent = own.explained;
    for (const mark of root.querySelectorAll("[data-mark]")) mark.classList.toggle("on", mark.dataset.mark === set);
    writeTitle(root, own.title);
    if (markUnit) {
      const byUnit = now.rung.unit !== "token";
      markUnit(now.rung.unit);
      note.hidden = !byUnit;
      note.textContent = byUnit ? [fill(data.words.by_unit, { unit: now.rung.name }), ...notes(data, now.rung)].join(data.language === "en" ? " " : "") : "";
    }
    at();
  }

  /** Strengths `[factor][unit]` in thousandths, null where a position was left out; of larger units also shares of energy. */
  function look(name, factors) {
    const rung = data.units ? rungOf(data, chosenUnit(data, scope)) : { unit: "token" };
    const key = `${name}/${rung.unit}`;
    if (!looks.has(key)) looks.set(key, rung.unit === "token" ? { values: data.sets[name].values } : byUnit(data.sets[name].values, rung));
    return { ...looks.get(key), rung, factors };
  }

  function at() {
    const p = position();
    strip.mark(p, scope.kept("t"));
    const units = now.rung.unit === "token" ? [p] : now.rung.stopOf[p]?.units ?? [];
    rows.at(units);
    if (scope.shown("t") === null || !units.length) { readout.textContent = ""; return; }
    const strength = (factor) => Math.max(...units.map((unit) => now.values[factor][unit] ?? 0));
    const listed = now.factors.length ? now.factors
      : now.values.map((_, factor) => factor).filter((factor) => strength(factor) >= 50).sort((a, b) => strength(b) - strength(a)).slice(0, 3);
    const token = quoted(now.rung.unit === "token" ? data.tokens[p] ?? "" : now.rung.text(data, units), data.language);
    readout.textContent = listed.map((factor) => fill(now.shares ? data.words.cell_unit : data.words.cell, {
      token, factor: fill(data.words.factor_n, { number: factor + 1 }),
      value: now.shares ? share(units.reduce((sum, unit) => sum + (now.shares[factor][unit] ?? 0), 0)) : (strength(factor) / 1000).toFixed(2),
    })).join(data.language === "ja" ? "、" : "; ");
  }
}

/** Energies, squared strengths, add up over tokens; a unit's strength is the root of its sum beside the factor's largest. */
export function byUnit(values, rung) {
  const energies = values.map((row) => rung.sum(row.map((value) => (value === null ? null : (value / 1000) ** 2))));
  const beside = (row, whole) => row.map((sum) => (sum === null ? null : sum / (whole || 1)));
  const heights = energies.map((row) => beside(row, Math.max(...row)));
  return {
    heights,
    values: heights.map((row) => row.map((height) => (height === null ? null : Math.round(1000 * Math.sqrt(height))))),
    shares: energies.map((row) => beside(row, row.reduce((total, sum) => total + (sum ?? 0), 0))),
  };
}
