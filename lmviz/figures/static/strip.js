// A row of tokens, or of larger units, as one stop of the keyboard: arrows move, Home and End jump, Enter keeps, Escape lets go.

/**
 * @param strip the element that holds `.token` buttons: `data-p` is the position that each chooses, `data-own` are the
 *     positions that it stands for where these are several
 * @param scope the reader's choices
 * @param can which positions may be chosen
 */
export function startStrip(strip, scope, can = () => true) {
  const made = { tokens: [], mark, take };
  let focusable = [];
  let owners = new Map();
  const at = (event) => {
    const token = event.target.closest?.(".token");
    return token && can(Number(token.dataset.p)) ? Number(token.dataset.p) : null;
  };

  strip.addEventListener("pointerover", (event) => { if (event.pointerType !== "touch" && at(event) !== null) scope.hover("t", at(event)); });
  strip.addEventListener("pointerleave", () => scope.hover("t", null));
  strip.addEventListener("focusin", (event) => { if (event.target.matches(":focus-visible") && at(event) !== null) scope.hover("t", at(event)); });
  strip.addEventListener("focusout", (event) => { if (!strip.contains(event.relatedTarget)) scope.hover("t", null); });
  strip.addEventListener("click", (event) => {
    const position = at(event);
    if (position !== null) scope.keep("t", owners.has(position) && owners.get(scope.kept("t")) === owners.get(position) ? null : position);
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
  take();
  return made;

  /** Takes the buttons that the strip holds now. */
  function take() {
    made.tokens = [...strip.querySelectorAll(".token")];
    focusable = made.tokens.filter((token) => can(Number(token.dataset.p)));
    owners = new Map(made.tokens.flatMap((token) => (token.dataset.own ?? token.dataset.p).split(" ").map((p) => [Number(p), token])));
    for (const token of made.tokens) token.tabIndex = -1;
    rove(focusable.find((token) => token.getAttribute("aria-pressed") === "true") ?? focusable[0]);
  }

  function rove(token) {
    for (const other of focusable) other.tabIndex = other === token ? 0 : -1;
  }

  /** Marks what is shown and what is kept. */
  function mark(shown, kept) {
    const stop = owners.get(shown);
    for (const token of made.tokens) {
      token.classList.toggle("shown", token === stop);
      token.setAttribute("aria-pressed", String(token === owners.get(kept)));
    }
    if (!strip.contains(document.activeElement)) rove(focusable.includes(stop) ? stop : focusable[0]);
  }
}
