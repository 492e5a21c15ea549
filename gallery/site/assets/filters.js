// The gallery's filter: any of the chosen models, all of the chosen tags, and a text as a plain substring.
// Its state is in the address (q, model, tag), so that a filtered gallery can be linked to.
import { fold } from "./fold.js";

export function filterCards(form) {
  const list = document.querySelector("[data-gallery-cards]");
  const output = form.querySelector("output");
  const reset = form.querySelector("button[type=reset]");
  const cards = [...list.children].map((element) => ({
    element,
    models: element.dataset.models.split(" ").filter(Boolean),
    tags: element.dataset.tags.split(" ").filter(Boolean),
    text: fold(element.dataset.text),
  }));
  const boxes = (name) => [...form.querySelectorAll(`input[name=${name}]`)];
  const chosen = (name) => boxes(name).filter((box) => box.checked).map((box) => box.value);

  const matches = (card, { q, models, tags }) =>
    (!models.length || models.some((model) => card.models.includes(model))) &&
    tags.every((tag) => card.tags.includes(tag)) &&
    fold(q).split(" ").filter(Boolean).every((part) => card.text.includes(part));

  function apply() {
    const state = { q: form.elements.q.value, models: chosen("model"), tags: chosen("tag") };
    let n = 0;
    for (const card of cards) {
      const shown = matches(card, state);
      card.element.hidden = !shown;
      n += shown;
    }
    for (const box of boxes("model")) count(box, { ...state, models: [box.value] });
    for (const box of boxes("tag")) count(box, { ...state, tags: [...new Set([...state.tags, box.value])] });
    const filtered = Boolean(state.q || state.models.length || state.tags.length);
    output.textContent = n ? output.dataset.some.replace("{n}", n) : output.dataset.none;
    reset.hidden = !filtered;
    return state;
  }

  function count(box, state) {
    const n = cards.filter((card) => matches(card, state)).length;
    const label = box.closest("label");
    label.querySelector("[data-count]").textContent = n;
    label.classList.toggle("choice--none", n === 0 && !box.checked);
  }

  function remember(state) {
    const address = new URL(location.href);
    for (const name of ["q", "model", "tag"]) address.searchParams.delete(name);
    if (state.q) address.searchParams.set("q", state.q);
    for (const model of state.models) address.searchParams.append("model", model);
    for (const tag of state.tags) address.searchParams.append("tag", tag);
    history.replaceState(null, "", address);
  }

  function recall() {
    const query = new URL(location.href).searchParams;
    form.elements.q.value = query.get("q") ?? "";
    for (const name of ["model", "tag"]) {
      for (const box of boxes(name)) box.checked = query.getAll(name).includes(box.value);
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
