// The choice between methods: buttons, where arrows move, and on a narrow screen a list to pick from.

/** @returns a function that shows which method is chosen */
export function startMethodSwitch(root, scope) {
  const place = root.querySelector(".methods");
  if (!place) return () => {};
  const buttons = [...place.querySelectorAll("[data-method]")];
  const select = place.querySelector("select");
  for (const part of place.querySelectorAll("[hidden]")) part.hidden = false;

  place.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-method]")?.dataset.method;
    if (chosen) scope.keep("m", chosen);
  });
  place.addEventListener("keydown", (event) => {
    const index = buttons.indexOf(event.target);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (index >= 0 && step) {
      event.preventDefault();
      const next = buttons[(index + step + buttons.length) % buttons.length];
      next.focus();
      scope.keep("m", next.dataset.method);
    } else if (index >= 0 && event.key === "Escape") {
      scope.keep("m", null);
    }
  });
  select?.addEventListener("change", () => scope.keep("m", select.value));

  return (name) => {
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.method === name));
      button.tabIndex = button.dataset.method === name ? 0 : -1;
    }
    if (select) select.value = name;
  };
}
