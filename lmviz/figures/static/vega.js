// The chart library, fetched on first use, and charts in the colours of the page's scheme.

let library;

/** The bundle beside these modules: { vegaEmbed, vega, vegaLite }. */
const load = () => (library ??= import(new URL("./vega-bundle.js", import.meta.url)));

/**
 * Draws a chart in place of the picture in `place` and returns its view.
 * @param colours light colour -> variable name, to draw in the scheme the page is in
 */
export async function draw(place, specification, colours) {
  const { vegaEmbed } = await load();
  const style = getComputedStyle(document.documentElement);
  const own = getComputedStyle(place);
  const text = JSON.stringify(specification).replace(/#[0-9a-f]{6}\b/g, (hex) => {
    const name = `--lm-${colours[hex]}`;
    return (own.getPropertyValue(name) || style.getPropertyValue(name)).trim() || hex;
  });
  const label = place.querySelector("svg")?.getAttribute("aria-label");
  const stage = document.createElement("div");
  const { view } = await vegaEmbed(stage, JSON.parse(text), { actions: false, ast: true, renderer: "svg", defaultStyle: false, tooltip: { theme: "lm", disableDefaultStyle: true } });
  place.replaceChildren(stage);
  const svg = stage.querySelector("svg");
  svg?.setAttribute("role", "img");
  if (label) svg?.setAttribute("aria-label", label);
  return view;
}

/** Runs `redraw` when the page changes between light and dark. */
export function followScheme(redraw) {
  const watcher = new MutationObserver(redraw);
  for (const node of [document.documentElement, document.body]) watcher.observe(node, { attributes: true, attributeFilter: ["data-md-color-scheme"] });
}
