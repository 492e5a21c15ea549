// Figures whose data lie in files of their own start as they come near the window, and all of them once something is
// chosen: then every figure of the page speaks of the choice, on paper too.

import { KEYS } from "./state.js";

/** How far from the window: by two thirds of its height. */
const NEAR = "67% 0px";

/**
 * @param figures in page order
 * @param begin starts a figure that has its data
 * @param read is told after each whether it was the last
 * @returns a function that stops waiting
 */
export function startLater(figures, scopes, begin, read) {
  const waiting = new Map(figures.map((figure) => [figure.root, figure]));
  const coming = new Map();
  const watcher = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) arrive(target);
  }, { rootMargin: NEAR });
  for (const root of waiting.keys()) watcher.observe(root);

  const choices = new AbortController();
  const chosen = () => { if (scopes.some((scope) => KEYS.some((key) => scope.kept(key) !== null))) all(); };
  for (const scope of scopes) scope.addEventListener("change", chosen, { signal: choices.signal });
  if (KEYS.some((key) => new URLSearchParams(location.search).has(key))) all();

  /** A figure whose data did not come stays the picture that it is, and is tried again the next time. */
  function arrive(root) {
    if (!waiting.has(root) || coming.has(root)) return coming.get(root);
    const figure = waiting.get(root);
    const done = fetched(figure.from).then(async (data) => {
      if (data) {
        waiting.delete(root);
        watcher.unobserve(root);
        await begin(Object.assign(figure, { data }));
        read(!waiting.size);
      }
      coming.delete(root);
    });
    coming.set(root, done);
    return done;
  }

  async function all() {
    choices.abort();
    for (const { root } of figures) await arrive(root);
  }

  return () => {
    watcher.disconnect();
    choices.abort();
  };
}

/** The JSON at an address; null where it cannot be had. */
async function fetched(address) {
  try {
    const answer = await fetch(address);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}
