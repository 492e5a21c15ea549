// The rows of a figure of factors: buttons that isolate a factor or lay it beside the one kept, and the curves.

/**
 * @param written the position at which the continuation begins
 * @param on `kept()`, the factors kept; `hover(factors or null)` and `keep(factors, or null for the usual set)`
 */
export function startRows(root, written, on) {
  const panels = [...root.querySelectorAll("[data-panel]")];
  const served = new WeakMap();
  for (const panel of panels) {
    const meant = (target) => {
      const button = target.closest("button");
      const factor = Number(button?.closest("li")?.dataset.factor);
      if (!button || Number.isNaN(factor)) return null;
      return button.matches(".compare") ? [on.kept()[0] ?? factor, factor] : [factor];
    };
    panel.addEventListener("pointerover", (event) => { if (event.pointerType !== "touch" && meant(event.target)) on.hover(meant(event.target)); });
    panel.addEventListener("pointerout", (event) => { if (meant(event.target)) on.hover(null); });
    panel.addEventListener("focusin", (event) => { if (event.target.matches("button:focus-visible")) on.hover(meant(event.target)); });
    panel.addEventListener("focusout", () => on.hover(null));
    panel.addEventListener("click", (event) => {
      const factors = meant(event.target);
      if (!factors) return;
      const factor = factors.at(-1);
      const kept = on.kept();
      on.keep(kept.includes(factor) ? kept.filter((each) => each !== factor) : factors);
    });
    panel.addEventListener("keydown", (event) => {
      const button = event.target.closest("li button");
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (button && step) {
        event.preventDefault();
        const like = [...panel.querySelectorAll(button.matches(".compare") ? ".compare" : ".isolate")].filter((each) => each.offsetParent);
        like[(like.indexOf(button) + step + like.length) % like.length].focus();
      } else if (button && event.key === "Escape") {
        const kept = on.kept();
        // Without a factor kept there is nothing to compare with, and the button goes.
        if (kept.length === 1) button.closest("li").querySelector(".isolate").focus();
        on.keep(kept.length ? kept.slice(0, -1) : null);
      }
    });
  }

  return {
    /** Shows the panel of a set, `factors` of it alone, and the curves in the unit of `look`. */
    show(set, factors, look) {
      const kept = on.kept();
      for (const panel of panels) {
        panel.hidden = panel.dataset.panel !== set;
        if (panel.hidden) continue;
        panel.classList.toggle("alone", factors.length > 0);
        for (const part of panel.querySelectorAll("[data-factor]")) part.classList.toggle("lit", factors.includes(Number(part.dataset.factor)));
        for (const row of panel.querySelectorAll("li")) {
          const factor = Number(row.dataset.factor);
          const compare = row.querySelector(".compare");
          row.querySelector(".isolate").setAttribute("aria-pressed", String(kept.includes(factor)));
          compare.hidden = !kept.length || kept[0] === factor;
          compare.setAttribute("aria-pressed", String(kept[1] === factor));
          draw(row.querySelector("svg"), look, factor);
          if (kept.includes(factor)) row.closest("details")?.setAttribute("open", "");
        }
      }
    },
    /** Marks units in the curves. */
    at(units) {
      for (const mark of root.querySelectorAll(".factors .at")) {
        mark.setAttribute("x", units[0] ?? 0);
        mark.setAttribute("width", units.length);
      }
    },
  };

  /** A curve as it came with the page, or by larger units: their energies beside the largest. */
  function draw(curve, { rung, heights }, factor) {
    if (!served.has(curve)) served.set(curve, { unit: "token", parts: [...curve.querySelectorAll("path, line")].map((part) => [part, part.cloneNode()]), box: curve.getAttribute("viewBox") });
    const kept = served.get(curve);
    if (kept.unit === rung.unit) return;
    kept.unit = rung.unit;
    for (const [part, before] of kept.parts) for (const { name, value } of before.attributes) part.setAttribute(name, value);
    curve.setAttribute("viewBox", kept.box);
    if (rung.unit === "token") return;
    const count = heights[factor].length;
    curve.setAttribute("viewBox", `0 0 ${count} 1`);
    curve.querySelector("path").setAttribute("d", heights[factor].map((height, at) => ((height ?? 0) < 0.005 ? "" : `M${at + 0.5} 1v-${height.toFixed(2)}`)).join(""));
    for (const line of curve.querySelectorAll("line:not(.split)")) line.setAttribute("x2", count);
    const begins = rung.members.findIndex((own) => own[0] >= written);
    for (const end of ["x1", "x2"]) curve.querySelector(".split").setAttribute(end, begins < 0 ? count : begins);
  }
}
