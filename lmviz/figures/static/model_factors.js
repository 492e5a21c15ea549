// The factors of a model: the rows of the table in another order.

import { startSwitch } from "./switch.js";

export function start({ root, data }) {
  const body = root.querySelector("tbody");
  const rows = [...body.rows];
  const show = startSwitch(root.querySelector(".tools"), "order", order);
  order("energy");

  function order(name) {
    const shown = name ?? "energy";
    body.append(...data.orders[shown].map((factor) => rows[factor]));
    show(shown);
  }
}
