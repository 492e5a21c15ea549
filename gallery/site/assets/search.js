// Search over the whole site: Pagefind's index, and a plain substring filter over the catalog, which finds phrases
// that a segmenter cuts elsewhere than the reader does.
import { fold, tidy } from "./fold.js";

const LIMIT = 12;

export function openSearch(dialog, button) {
  const input = dialog.querySelector("input");
  const state = dialog.querySelector(".search-state");
  const list = dialog.querySelector("[role=listbox]");
  const absolute = (address) => new URL(address, location.href).href;
  const root = absolute(dialog.dataset.root);
  const base = absolute(dialog.dataset.base);
  let catalog = null;
  let pagefind = null;
  let latest = 0;
  let chosen = -1;

  function load() {
    catalog ??= fetch(absolute(dialog.dataset.catalog)).then((answer) => (answer.ok ? answer.json() : [])).catch(() => []);
    pagefind ??= import(absolute(dialog.dataset.pagefind))
      .then(async (index) => {
        await index.options({ baseUrl: new URL(root).pathname, excerptLength: 24 });
        await index.init();
        return index;
      })
      .catch(() => null);
  }

  async function fromCatalog(query) {
    const wanted = fold(query);
    const parts = wanted.split(" ");
    return (await catalog)
      .map((row) => ({ row, folded: folded(row), text: tidy(row.text) }))
      .filter(({ folded: { title, words, text, reading } }) => parts.every((part) => [title, words, text, reading].some((where) => where.includes(part))))
      .map((found) => ({ ...found, closeness: closeness(found.folded, found.row.id, wanted, parts), at: found.folded.text.indexOf(parts[0]) }))
      .sort((one, other) => other.closeness - one.closeness)
      .map(({ row, text, at }) => ({ url: new URL(row.url, base).href, title: row.title, excerpt: around(text, at, parts[0].length) }));
  }

  /** A figure named by its id, where the site has it. */
  async function byId(query) {
    const id = query.trim().toLowerCase();
    if (!/^[a-z2-7]{12}$/.test(id)) return [];
    const url = new URL(`f/${id}/`, base).href;
    const there = await fetch(url, { method: "HEAD" }).then((answer) => answer.ok, () => false);
    return there ? [{ url, title: dialog.dataset.figure.replace("{id}", id), excerpt: [] }] : [];
  }

  async function fromIndex(query) {
    const index = await pagefind;
    if (!index) return [];
    const found = await index.search(query);
    const results = await Promise.all((found?.results ?? []).slice(0, LIMIT).map((result) => result.data()));
    return results.map((result) => ({
      url: absolute(result.url), title: result.meta.title, excerpt: marked(result.excerpt),
    }));
  }

  async function search() {
    const query = input.value.trim();
    const turn = ++latest;
    if (!query) return show([], "");
    state.textContent = dialog.dataset.waiting;
    const named = await byId(query);
    const [plain, indexed] = named.length ? [named, []] : await Promise.all([fromCatalog(query), fromIndex(query).catch(() => [])]);
    if (turn !== latest) return;
    const seen = new Set();
    const results = [...plain, ...indexed].filter(({ url }) => !seen.has(url) && seen.add(url)).slice(0, LIMIT);
    show(results, results.length ? dialog.dataset.some.replace("{n}", results.length)
      : dialog.dataset.none.replace("{query}", query));
  }

  function show(results, text) {
    chosen = -1;
    state.textContent = text;
    list.replaceChildren(...results.map(item));
    input.setAttribute("aria-expanded", String(results.length > 0));
    input.removeAttribute("aria-activedescendant");
  }

  function item({ url, title, excerpt }, number) {
    const row = document.createElement("li");
    row.setAttribute("role", "none");
    const link = document.createElement("a");
    link.id = `search-result-${number}`;
    link.setAttribute("role", "option");
    link.setAttribute("aria-selected", "false");
    link.href = url;
    link.tabIndex = -1;
    const head = document.createElement("strong");
    head.textContent = title;
    const body = document.createElement("span");
    body.append(...excerpt);
    link.append(head, body);
    row.append(link);
    return row;
  }

  function choose(step) {
    const rows = [...list.querySelectorAll("a")];
    if (!rows.length) return;
    rows[chosen]?.setAttribute("aria-selected", "false");
    chosen = (chosen + step + rows.length) % rows.length;
    rows[chosen].setAttribute("aria-selected", "true");
    rows[chosen].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", rows[chosen].id);
  }

  function open() {
    load();
    if (!dialog.open) dialog.showModal();
    input.select();
  }

  let pause;
  input.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(search, 120);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      list.querySelectorAll("a")[Math.max(chosen, 0)]?.click();
    } else if (event.key === "Escape") {
      // left to itself, a field for searching takes the first Escape to empty itself
      event.preventDefault();
      dialog.close();
    }
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  button.addEventListener("click", open);
  addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    const asked = (event.key === "/" && !typing && !event.metaKey && !event.ctrlKey && !event.altKey)
      || (event.key === "k" && (event.metaKey || event.ctrlKey));
    if (asked && !event.isComposing) {
      event.preventDefault();
      open();
    }
  });
  button.hidden = false;
}

const folded = (row) => Object.fromEntries(["title", "words", "text", "reading"].map((name) => [name, fold(row[name] ?? "")]));

/** How closely a row answers: it is called so, it begins so, its title or further names hold it, or only its text. */
function closeness({ title, words, reading }, id, wanted, parts) {
  if (id === wanted || title === wanted) return 3;
  if (title.startsWith(wanted) || reading.startsWith(wanted)) return 2;
  return parts.every((part) => title.includes(part) || words.includes(part)) ? 1 : 0;
}

function around(text, at, length) {
  if (at < 0) return [text.slice(0, 60) + (text.length > 60 ? "…" : "")];
  const from = Math.max(0, at - 18);
  const mark = document.createElement("mark");
  mark.textContent = text.slice(at, at + length);
  const rest = text.slice(at + length, at + length + 36);
  return [(from ? "…" : "") + text.slice(from, at), mark, rest + (at + length + 36 < text.length ? "…" : "")];
}

function marked(excerpt) {
  // Pagefind marks hits with <mark>; everything else in an excerpt is text and stays text.
  const page = new DOMParser().parseFromString(excerpt, "text/html");
  return [...page.body.childNodes].map((node) => {
    if (node.nodeName !== "MARK") return node.textContent;
    const mark = document.createElement("mark");
    mark.textContent = node.textContent;
    return mark;
  });
}
