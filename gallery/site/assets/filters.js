// The gallery's filter: any of the chosen models, all of the chosen tags and figures, and a text as a plain substring.
// Its state is in the address (q, model, tag, figure, order), so that a filtered gallery can be linked to.
import { fold } from "./fold.js";

const NAMES = ["model", "tag", "figure"];
const ANY = new Set(["model"]);

export function filterCards(form) {
  const list = document.querySelector("[data-gallery-cards]");
  const output = form.querySelector("output");
  const reset = form.querySelector("button[type=reset]");
  const order = form.elements.order;
  const cards = [...list.children].map((element) => ({
    element,
    has: Object.fromEntries(NAMES.map((name) => [name, new Set(element.dataset[`${name}s`].split(" ").filter(Boolean))])),
    title: element.querySelector(".card-title").textContent,
    length: Number(element.dataset.length),
    text: fold(element.dataset.text),
    shown: true,
  }));
  const collator = new Intl.Collator(document.documentElement.lang);
  const orders = {
    "": () => 0,
    title: (a, b) => collator.compare(a.title, b.title),
    short: (a, b) => a.length - b.length,
    long: (a, b) => b.length - a.length,
  };
  const boxes = Object.fromEntries(NAMES.map((name) => [
    name, [...form.querySelectorAll(`input[name=${name}]`)].map((box) => ({
      box, label: box.closest("label"), count: box.closest("label").querySelector("[data-count]"),
    })),
  ]));
  const chosen = (name) => boxes[name].filter(({ box }) => box.checked).map(({ box }) => box.value);

  const fits = (name, wanted, card) =>
    !wanted.length || wanted[ANY.has(name) ? "some" : "every"]((value) => card.has[name].has(value));
  let placed = "";

  function apply() {
    const state = { q: form.elements.q.value, order: order.value };
    for (const name of NAMES) state[name] = chosen(name);
    const parts = fold(state.q).split(" ").filter(Boolean);
    const found = cards.filter((card) => parts.every((part) => card.text.includes(part)));
    const left = new Set(found.filter((card) => NAMES.every((name) => fits(name, state[name], card))));
    for (const card of cards) {
      if (card.shown !== left.has(card)) card.element.hidden = !(card.shown = left.has(card));
    }
    for (const name of NAMES) count(name, state, found);
    arrange(state.order);
    const filtered = Boolean(state.q || NAMES.some((name) => state[name].length));
    output.textContent = left.size ? output.dataset.some.replace("{n}", left.size) : output.dataset.none;
    reset.hidden = !filtered;
    return state;
  }

  // How many cards each box would leave: of those that fit all else, one pass tells it for all boxes of a name.
  function count(name, state, found) {
    const others = NAMES.filter((one) => one !== name);
    const own = ANY.has(name) ? [] : state[name];
    const counts = new Map();
    for (const card of found) {
      if (!others.every((one) => fits(one, state[one], card)) || !fits(name, own, card)) continue;
      for (const value of card.has[name]) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    for (const { box, label, count } of boxes[name]) {
      const n = counts.get(box.value) ?? 0;
      if (count.textContent !== String(n)) count.textContent = n;
      label.classList.toggle("choice--none", n === 0 && !box.checked);
    }
  }

  function arrange(name) {
    if (name === placed) return;
    placed = name;
    list.append(...[...cards].sort(orders[name] ?? orders[""]).map((card) => card.element));
  }

  function remember(state) {
    const address = new URL(location.href);
    for (const name of ["q", "order", ...NAMES]) address.searchParams.delete(name);
    for (const name of ["q", "order"]) if (state[name]) address.searchParams.set(name, state[name]);
    for (const name of NAMES) for (const value of state[name]) address.searchParams.append(name, value);
    history.replaceState(null, "", address);
  }

  function recall() {
    const query = new URL(location.href).searchParams;
    form.elements.q.value = query.get("q") ?? "";
    order.value = query.get("order") in orders ? query.get("order") : "";
    for (const name of NAMES) {
      for (const { box } of boxes[name]) box.checked = query.getAll(name).includes(box.value);
    }
  }

  form.addEventListener("input", () => remember(apply()));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => remember(apply())));
  addEventListener("popstate", () => { recall(); apply(); });
  form.hidden = false;
  recall();
  apply();
}
