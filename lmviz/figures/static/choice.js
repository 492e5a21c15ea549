// Buttons of which one is pressed: a click or the arrow keys choose.

/** @param key the data attribute that names what a button stands for; `choose` gets its value */
export function startChoice(control, key, choose) {
  const buttons = [...control.querySelectorAll(`[data-${key}]`)];
  control.hidden = false;
  control.addEventListener("click", (event) => {
    const button = event.target.closest(`[data-${key}]`);
    if (button) press(button);
  });
  control.addEventListener("keydown", (event) => {
    const index = buttons.indexOf(event.target);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (index < 0 || !step) return;
    event.preventDefault();
    const next = buttons[(index + step + buttons.length) % buttons.length];
    next.focus();
    press(next);
  });
  mark(buttons.find((button) => button.getAttribute("aria-pressed") === "true") ?? buttons[0]);

  function press(button) {
    mark(button);
    choose(button.dataset[key]);
  }

  function mark(pressed) {
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button === pressed));
      button.tabIndex = button === pressed ? 0 : -1;
    }
  }
}
