// A table of layers and columns as one stop of the keyboard: arrows move, Home, End and the page keys jump, Enter keeps, Escape lets go.

/**
 * @param table its body has a row a layer; its head a button a column, or none
 * @param on `hover(column or null)`, `read(layer or -1, column or null)`, `keep(column, layer or -1)`, `letGo()`
 */
export function startGrid(table, on) {
  const heads = [...table.querySelectorAll("thead button")];
  const rows = [...table.querySelectorAll("tbody tr")];
  const cells = rows.map((row) => [...row.querySelectorAll("td")]);
  const columns = cells[0].length;
  let stop = null;
  let lit = null;

  table.addEventListener("pointerover", (event) => {
    const [layer, column] = where(event.target);
    if (column === null) return;
    if (event.pointerType !== "touch") on.hover(column);
    on.read(layer, column);
  });
  table.addEventListener("pointerleave", () => { on.hover(null); on.read(-1, null); });
  table.addEventListener("focusin", (event) => {
    const [layer, column] = where(event.target);
    if (column !== null && event.target.matches(":focus-visible")) { on.hover(column); on.read(layer, column); }
  });
  table.addEventListener("focusout", (event) => { if (!table.contains(event.relatedTarget)) on.hover(null); });
  table.addEventListener("click", (event) => {
    const [layer, column] = where(event.target);
    if (column !== null) { on.keep(column, layer); rove(event.target.closest("td, button")); on.read(layer, column); }
  });
  table.addEventListener("keydown", (event) => {
    const [layer, column] = where(event.target);
    if (column === null) return;
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], Home: [0, -columns], End: [0, columns], PageUp: [-rows.length, 0], PageDown: [rows.length, 0] }[event.key];
    if (step) {
      event.preventDefault();
      const l = Math.max(heads.length ? -1 : 0, Math.min(rows.length - 1, layer + step[0]));
      const c = Math.max(0, Math.min(columns - 1, column + step[1]));
      const to = l < 0 ? heads[c] : cells[l][c];
      rove(to);
      to.focus();
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      on.keep(column, layer);
    } else if (event.key === "Escape" && !table.closest("dialog")) {
      on.letGo();
    }
  });

  function rove(to) {
    if (stop) stop.tabIndex = -1;
    stop = to;
    stop.tabIndex = 0;
  }

  /** Layer (-1 for a head) and column of an element of the grid. */
  function where(target) {
    const button = target.closest("thead button");
    if (button) return [-1, heads.indexOf(button)];
    const cell = target.closest("td");
    const layer = cell ? rows.indexOf(cell.parentElement) : -1;
    return layer < 0 ? [-1, null] : [layer, cells[layer].indexOf(cell)];
  }

  return {
    cells,
    /** Marks the column shown and the one kept, which may be none (-1). */
    mark(shown, kept) {
      heads.forEach((head, column) => head.setAttribute("aria-pressed", String(column === kept)));
      if (!stop) rove(heads[Math.min(Math.max(0, shown), columns - 1)] ?? cells[0][0]);
      if (lit === shown) return;
      if (lit === null) for (const cell of table.querySelectorAll("td.column")) cell.classList.remove("column");
      for (const row of cells) {
        row[lit]?.classList.remove("column");
        row[shown]?.classList.add("column");
      }
      lit = shown;
    },
  };
}
