// Signed scores summed by unit: over sources, and over targets where these add up, as lmviz.units.Rung.attribution does.

/**
 * @param stop what the reader chose; its units are one target where targets add up
 * @param row the target that is explained where they do not
 * @returns `rows`, the targets with how much of each is in the stop; `sums` by unit in the attributed quantity's own
 *     unit, null where nothing stands before the targets; `within`, the part that comes from the stop itself, or null
 */
export function sumsByUnit(data, method, rung, stop, row) {
  const rows = data.adds === "yes"
    ? data.spans.map((span, at) => [at, method.scores[at] ? rung.share(stop.units, span) : 0]).filter(([, part]) => part > 0)
    : [[row, 1]];
  const sums = rung.members.map(() => null);
  for (const [at, part] of rows) {
    const scale = part * method.largest[at] / 1000;
    rung.sum(method.scores[at]).forEach((sum, unit) => { if (sum !== null) sums[unit] = (sums[unit] ?? 0) + scale * sum; });
  }
  return { rows, sums, within: total(stop.units.map((at) => sums[at])) };
}

/** The sum of what is known, null where nothing is. */
export function total(values) {
  const known = values.filter((value) => value !== null);
  return known.length ? known.reduce((a, b) => a + b, 0) : null;
}

/** What a title may claim of the sums, as lmviz/figures/attribution_words.py decides it of tokens. */
export function claim({ sums, within }, stop, [least, ratio]) {
  const sources = sums.map((sum, at) => [stop.units.includes(at) ? 0 : Math.abs(sum ?? 0), at]);
  if (within !== null) sources.push([Math.abs(within), null]);
  sources.sort((a, b) => b[0] - a[0]);
  const all = sources.reduce((sum, [size]) => sum + size, 0);
  const [[size, unit], [second]] = [sources[0], sources[1] ?? [0]];
  if (!all || size / all < least || size < ratio * second) return ["plain_unit", null, 0];
  return [unit === null ? "within" : sums[unit] > 0 ? "up" : "down", unit, size / all];
}
