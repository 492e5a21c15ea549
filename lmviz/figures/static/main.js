// Starts every figure of a page. Figures of one text share a scope; a page about a single text keeps it in its address.

import { startLater } from "./later.js";
import { Scope } from "./state.js";

const KINDS = new Set(["tokens", "predictions", "layer_predictions", "rankings", "characters", "watched_words", "attribution", "neuron_factors", "factor_responses", "model_factors",
  "compare_surprisal", "compare_ranks", "compare_settled", "compare_watched_words", "compare_attribution", "pair_predictions", "pair_divergence",
  "layer_similarity", "training_course", "training_ranks", "training_factors", "training_attribution"]);
let leave = [];

async function start() {
  leave.forEach((each) => each());
  leave = [];
  const figures = [...document.querySelectorAll('script[type="application/json"][data-lmviz]')]
    .filter((island) => KINDS.has(island.dataset.lmviz) && !island.dataset.started)
    .map((island) => ({ kind: island.dataset.lmviz, root: island.closest(".lmviz"), island, from: island.dataset.from, data: JSON.parse(island.textContent) }));
  const scopes = new Map();
  for (const figure of figures) {
    figure.island.dataset.started = "true";
    const { data } = figure;
    if (!scopes.has(data.scope)) scopes.set(data.scope, new Scope());
    figure.scope = scopes.get(data.scope);
    if (data.given) figure.scope.fallback ??= data.position;
  }
  const single = scopes.size === 1;
  for (const scope of scopes.values()) Object.assign(scope, { addressed: single, siblings: [...scopes.values()] });
  const read = (isLast) => scopes.forEach((scope) => scope.read(isLast));

  const later = figures.filter((figure) => figure.from);
  // Whatever else on the page chooses for the reader writes the address and says so, maybe before all figures are there.
  const reread = () => scopes.forEach((scope) => scope.reread(figures.every((figure) => figure.root.dataset.ready)));
  addEventListener("lmviz-address", reread);
  leave.push(() => removeEventListener("lmviz-address", reread));
  await Promise.all(figures.filter((figure) => !figure.from).map(begin));
  read(!later.length);
  if (later.length) leave.push(startLater(later, [...scopes.values()], begin, read));

  const strips = figures.filter((figure) => figure.kind === "tokens");
  if (single && strips.length === 1 && figures.length > 1 && !strips[0].from) {
    const { startDock } = await import("./dock.js");
    leave.push(startDock(opened(strips[0])));
  }
  document.documentElement.dataset.lmvizReady = "true";
}

async function begin(figure) {
  const { start: module } = await import(new URL(`./${figure.kind}.js`, import.meta.url));
  module(opened(figure));
  figure.root.dataset.ready = "true";
}

/** What a module gets: its element, its data, the scope, and the position it is to show. */
function opened({ root, data, scope }) {
  const usual = data.given ? data.position : scope.fallback ?? data.position;
  const position = () => scope.shown("t") ?? usual;
  position.usual = usual;
  position.drawn = data.position;
  return { root, data, scope, position };
}

// Material's instant navigation announces new pages through document$.
if (window.document$?.subscribe) window.document$.subscribe(start); else start();
