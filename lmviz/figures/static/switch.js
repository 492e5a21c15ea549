// A row of buttons of which one is pressed: one stop of the keyboard, where arrows choose and Escape lets go.

/**
 * @param place the element that holds the switch, or several of them as one; may be null
 * @param key the name of the buttons' data attribute
 * @param choose called with the value chosen, or null when it is let go
 * @returns a function that shows which value is chosen
 */
export function startSwitch(place, key, choose) {
  if (!place) return () => {};
  const buttons = [...place.querySelectorAll(`[data-${key}]`)];
  for (const part of place.querySelectorAll("[hidden]")) part.hidden = false;
  place.addEventListener("click", (event) => {
    const button = event.target.closest(`[data-${key}]`);
    if (button) choose(button.dataset[key]);
  });
  place.addEventListener("keydown", (event) => {
    const usable = buttons.filter((button) => !button.disabled);
    const index = usable.indexOf(event.target);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (index >= 0 && step) {
      event.preventDefault();
      const next = usable[(index + step + usable.length) % usable.length];
      next.focus();
      choose(next.dataset[key]);
    } else if (index >= 0 && event.key === "Escape") {
      choose(null);
    }
  });
  return (value) => {
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.dataset[key] === value));
      button.tabIndex = button.dataset[key] === value ? 0 : -1;
    }
  };
}
