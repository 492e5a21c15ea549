// One figure fills the screen, with its title above and its source below. ?slide in the address opens it so.
// The figure itself moves into the slide: what was chosen stays chosen, and it can still be pointed at.

const KEY = "slide";
const LARGEST = 2;
const WIDEST = 992; // px, as on the page
const button = document.querySelector("[data-slide]");
const figure = document.querySelector(".lmviz-figure");
const source = document.querySelector("[data-slide-source]");

function address(open) {
  const here = new URL(location.href);
  if (open) here.searchParams.set(KEY, "");
  else here.searchParams.delete(KEY);
  here.search = here.search.replace(/=(?=&|$)/, "");
  history.replaceState(history.state, "", here);
}

function line() {
  const text = document.createElement("p");
  const link = document.createElement("a");
  link.href = ".";
  link.textContent = new URL(".", location.href).href.replace(/^https?:\/\//, "");
  text.className = "slide-foot";
  text.append(`${source.textContent} · `, link);
  return text;
}

/** The body as large as the screen takes it, and never so small that it cannot be read: then it scrolls. */
function fit(body, frame) {
  body.style.zoom = "1";
  body.style.width = `${Math.min(WIDEST, frame.clientWidth)}px`;
  const scale = Math.min(LARGEST, frame.clientWidth / body.offsetWidth, frame.clientHeight / body.offsetHeight);
  if (scale > 1) body.style.zoom = String(scale);
  else body.style.width = "100%";
}

async function show() {
  const body = figure.querySelector(".figure-body");
  const place = document.createComment("");
  const slide = document.createElement("dialog");
  const title = document.createElement("h2");
  const frame = document.createElement("div");
  const leave = document.createElement("button");
  slide.className = "slide";
  title.textContent = figure.querySelector("h1").textContent;
  title.id = "slide-title";
  slide.setAttribute("aria-labelledby", title.id);
  frame.className = "slide-body";
  leave.type = "button";
  leave.autofocus = true;
  leave.className = "slide-leave";
  leave.textContent = button.dataset.leave;
  body.before(place);
  frame.append(body);
  slide.append(title, frame, line(), leave);
  // The document goes first, so that the slide lies above it; without a reader's click it fills the window only.
  if (navigator.userActivation?.isActive) await document.documentElement.requestFullscreen?.().catch(() => {});
  const fitted = () => fit(body, frame);
  const full = () => { if (!document.fullscreenElement) slide.close(); };
  slide.addEventListener("close", () => {
    removeEventListener("resize", fitted);
    document.removeEventListener("fullscreenchange", full);
    if (document.fullscreenElement) document.exitFullscreen();
    for (const name of ["zoom", "width"]) body.style[name] = "";
    place.replaceWith(body);
    slide.remove();
    address(false);
    button.focus();
  });
  leave.addEventListener("click", () => slide.close());
  document.body.append(slide);
  slide.showModal();
  document.addEventListener("fullscreenchange", full);
  addEventListener("resize", fitted);
  fitted();
  address(true);
}

button.hidden = false;
button.addEventListener("click", show);
if (new URLSearchParams(location.search).has(KEY)) show();
