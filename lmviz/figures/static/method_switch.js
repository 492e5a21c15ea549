// The choice between methods: buttons, where arrows move, and on a narrow screen a list to pick from.

import { startSwitch } from "./switch.js";

/** @returns a function that shows which method is chosen */
export function startMethodSwitch(root, scope) {
  const place = root.querySelector(".methods");
  const select = place?.querySelector("select");
  const mark = startSwitch(place, "method", (name) => scope.keep("m", name));
  select?.addEventListener("change", () => scope.keep("m", select.value));
  return (name) => {
    mark(name);
    if (select) select.value = name;
  };
}
