// The guided tour: a panel that stands below the page, not before it, and goes from figure to figure. Each step writes its
// choices into the address, as a reader's own would, and ?tour=N opens the page at step N.

const KEY = "tour";
const SETTLING = 3000; // ms in which figures above may still be drawn and push the one shown away

const section = document.querySelector("[data-tour]");
const words = section.dataset;
const steps = [...section.querySelectorAll("[data-step]")].filter((step) => document.getElementById(step.dataset.step));
let panel = null;
let at = -1;
let opener = null;
let settling = null;

const figureOf = (step) => document.getElementById(step.dataset.step);

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function build() {
  const button = (text, act, quiet) => element("button", { type: "button", className: quiet ? "button button--quiet" : "button", textContent: text, onclick: act });
  const title = element("h2", { id: "tour-step", tabIndex: -1 });
  const count = element("p", { className: "tour-count" });
  const said = element("div", { className: "tour-said", id: "tour-said" });
  const previous = button(words.previous, () => go(at - 1), true);
  const next = button(words.next, () => (at < steps.length - 1 ? go(at + 1) : end()));
  const leave = element("button", { type: "button", className: "tour-leave", title: words.end, onclick: end }, element("span", { className: "visually-hidden", textContent: words.end }));
  const root = element("section", { className: "tour-panel", id: "tour-panel" },
    element("div", { className: "tour-inner" }, element("header", {}, count, title, leave), said,
      element("footer", {}, element("p", { className: "tour-keys", textContent: words.keys }), previous, next)));
  root.setAttribute("aria-label", words.label);
  title.setAttribute("aria-describedby", said.id);
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: steps.length - 1, Enter: event.target === title ? at + 1 : undefined }[event.key];
    if (event.key === "Escape") end();
    else if (to === undefined) return;
    else if (to >= 0 && to < steps.length) go(to);
    event.preventDefault();
  });
  const height = new ResizeObserver(() => document.documentElement.style.setProperty("--tour-height", `${root.offsetHeight}px`));
  height.observe(root);
  return { root, title, count, said, previous, next, height };
}

function write(number, choices) {
  const address = new URL(location.href);
  if (number) address.searchParams.set(KEY, number); else address.searchParams.delete(KEY);
  for (const [key, value] of choices) address.searchParams.set(key, value);
  address.hash = "";
  history.replaceState(history.state, "", address);
  dispatchEvent(new Event("lmviz-address"));
}

function go(to) {
  if (panel) figureOf(steps[at]).classList.remove("toured");
  else [panel, opener] = [build(), document.activeElement];
  at = to;
  const step = steps[at];
  const figure = figureOf(step);
  const [heading, ...rest] = step.children;
  panel.count.textContent = words.of.replace("{n}", at + 1).replace("{of}", steps.length);
  panel.title.textContent = heading.textContent;
  panel.said.replaceChildren(...rest.map((part) => part.cloneNode(true)));
  panel.previous.hidden = at === 0;
  panel.next.textContent = at < steps.length - 1 ? words.next : words.end;
  figure.classList.add("toured");
  document.documentElement.classList.add("touring");
  // After its figure in the order of the keyboard, wherever it stands on the screen.
  figure.after(panel.root);
  panel.root.scrollTop = 0;
  write(at + 1, new URLSearchParams(step.dataset.choices));
  panel.title.focus({ preventScroll: true });
  bring(figure);
}

/** Scrolls to the figure, and again when the page above it grows, until the reader moves. */
function bring(figure) {
  settling?.abort();
  settling = new AbortController();
  const { signal } = settling;
  const body = figure.querySelector(".figure-body");
  // Where little room is left above the panel, a heading and its caption would fill it.
  const head = body ? body.getBoundingClientRect().top - figure.getBoundingClientRect().top : 0;
  const target = head > (innerHeight - panel.root.offsetHeight) / 2 ? body : figure;
  const show = () => target.scrollIntoView();
  const watcher = new ResizeObserver(show);
  for (const other of document.querySelectorAll(".lmviz-figure")) watcher.observe(other);
  const stop = settling.abort.bind(settling);
  signal.addEventListener("abort", () => watcher.disconnect());
  for (const event of ["wheel", "touchmove", "pointerdown", "keydown"]) addEventListener(event, stop, { signal, capture: true, passive: true });
  setTimeout(stop, SETTLING);
  show();
}

function end() {
  const figure = figureOf(steps[at]);
  const here = panel.root.contains(document.activeElement);
  settling.abort();
  panel.height.disconnect();
  panel.root.remove();
  figure.classList.remove("toured");
  document.documentElement.classList.remove("touring");
  panel = null;
  write(null, []);
  if (!here) return;
  // Back to what opened the tour where that is still in sight, or else on at the figure where it ended.
  const box = opener?.isConnected && opener !== document.body ? opener.getBoundingClientRect() : null;
  const back = box && box.bottom > 0 && box.top < innerHeight ? opener : figure;
  if (back === figure) figure.tabIndex = -1;
  back.focus({ preventScroll: true });
}

const start = section.querySelector("[data-tour-start]");
start.hidden = false;
start.addEventListener("click", () => go(0));
const asked = new URLSearchParams(location.search).get(KEY) ?? "";
if (/^[1-9]\d{0,2}$/.test(asked) && Number(asked) <= steps.length) go(Number(asked) - 1);
