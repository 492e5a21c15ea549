// The compact form of the token strip that stays in reach at the top of the page once the strip has scrolled away.

import { amount, bits, element, fill, percent, rank } from "./format.js";
import { look } from "./tokens.js";
import { copyStrip, startUnitStrip } from "./unit_strip.js";

/** Everything below the window counts as seen, so that a jump from above the strip to below it is noticed as well. */
const BELOW = 1_000_000;

export function startDock({ root, data, scope, position }) {
  const original = root.querySelector(".strip");
  const copy = copyStrip(original);
  copy.setAttribute("aria-label", data.words.dock);
  const now = element("div", { class: "now" });
  const dock = element("div", { class: "lm-dock lmviz lmviz-tokens", role: "region", "aria-label": data.words.dock }, copy, now);
  document.body.append(dock);
  const strip = startUnitStrip(copy, scope, data);
  let painted = "";

  const header = document.querySelector(".md-header, header");
  const place = () => {
    const box = root.getBoundingClientRect();
    dock.style.setProperty("--lm-dock-top", `${header ? Math.max(0, header.getBoundingClientRect().bottom) : 0}px`);
    dock.style.paddingInline = `${box.left}px ${document.documentElement.clientWidth - box.right}px`;
  };
  const watcher = new IntersectionObserver(([entry]) => {
    place();
    dock.classList.toggle("out", !entry.isIntersecting);
    if (!entry.isIntersecting) reveal();
  }, { rootMargin: `-60px 0px ${BELOW}px 0px` });
  watcher.observe(original);
  addEventListener("scroll", () => { if (dock.classList.contains("out")) place(); }, { passive: true });
  addEventListener("resize", place, { passive: true });

  scope.follow(["t", "u", "colour"], update);
  update();

  function update() {
    const shown = position();
    const { rung, sums, bySurprisal, classes } = look(data, scope);
    if (painted !== `${rung.unit}/${bySurprisal}`) {
      strip.draw(rung);
      strip.paint(classes);
    }
    painted = `${rung.unit}/${bySurprisal}`;
    strip.mark(shown, scope.kept("t") ?? position.usual);
    const stop = rung.stopOf[shown];
    const sum = stop ? stop.units.reduce((total, at) => (sums[at] === null ? total : (total ?? 0) + sums[at]), null) : null;
    const said = bySurprisal ? (code) => fill(data.words.bits, { value: amount(bits(code)) })
      : (code) => `${percent(code)} · ${fill(`${data.words.rank} {n}`, { n: rank(data.ranks[shown]) })}`;
    now.replaceChildren(element("b", {}, stop ? rung.text(data, stop.units) : ""), sum === null ? "" : `  ${said(sum)}`);
    if (dock.classList.contains("out") && !copy.matches(":hover")) reveal();
  }

  function reveal() {
    const token = copy.querySelector(".token.shown");
    if (token) copy.scrollTo({ left: token.offsetLeft - copy.clientWidth / 2, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }

  return () => { watcher.disconnect(); dock.remove(); };
}
