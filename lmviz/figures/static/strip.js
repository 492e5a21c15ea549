// A row of tokens as one stop of the keyboard: arrows move, Home and End jump, Enter keeps, Escape lets go.

/**
 * @param strip the element that holds `.token` buttons with `data-p`
 * @param scope the reader's choices
 * @param can which positions may be chosen
 */
export function startStrip(strip, scope, can = () => true) {
  const tokens = [...strip.querySelectorAll(".token")];
  const at = (event) => {
    const token = event.target.closest?.(".token");
    return token && can(Number(token.dataset.p)) ? Number(token.dataset.p) : null;
  };
  const focusable = tokens.filter((token) => can(Number(token.dataset.p)));
  for (const token of tokens) token.tabIndex = -1;

  strip.addEventListener("pointerover", (event) => { if (event.pointerType !== "touch" && at(event) !== null) scope.hover("t", at(event)); });
  strip.addEventListener("pointerleave", () => scope.hover("t", null));
  strip.addEventListener("focusin", (event) => { if (event.target.matches(":focus-visible") && at(event) !== null) scope.hover("t", at(event)); });
  strip.addEventListener("focusout", (event) => { if (!strip.contains(event.relatedTarget)) scope.hover("t", null); });
  strip.addEventListener("click", (event) => {
    const position = at(event);
    if (position !== null) scope.keep("t", scope.kept("t") === position ? null : position);
  });
  strip.addEventListener("keydown", (event) => {
    const index = focusable.indexOf(event.target.closest(".token"));
    if (index < 0) return;
    const to = { ArrowRight: index + 1, ArrowDown: index + 1, ArrowLeft: index - 1, ArrowUp: index - 1, Home: 0, End: focusable.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      const token = focusable[Math.max(0, Math.min(focusable.length - 1, to))];
      rove(token);
      token.focus();
    } else if (event.key === "Escape") {
      scope.keep("t", null);
    }
  });

  function rove(token) {
    for (const other of focusable) other.tabIndex = other === token ? 0 : -1;
  }

  return {
    tokens,
    /** Marks what is shown and what is kept. */
    mark(shown, kept) {
      let stop = null;
      for (const token of tokens) {
        const position = Number(token.dataset.p);
        token.classList.toggle("shown", position === shown);
        token.setAttribute("aria-pressed", String(position === kept));
        if (position === shown) stop = token;
      }
      if (!strip.contains(document.activeElement)) rove(stop && focusable.includes(stop) ? stop : focusable[0]);
    },
  };
}
