// The switch between languages: the other one opens in the same state, which is in the address, and at the same place.

/** Headings of prose have ids of their own in each language, and the same order in both: `#section-3` is the third. */
const headings = () => [...document.querySelectorAll("[data-page='prose'] :is(h2, h3)[id]:not(.lmviz-figure *)")];

export function languageSwitch(link) {
  const address = link.getAttribute("href");
  const follow = () => link.setAttribute("href", address + location.search + place());
  for (const event of ["pointerdown", "focus", "click"]) link.addEventListener(event, follow);
}

/** What is being read, as an anchor of the page in the other language: what the address names while that is near. */
function place() {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const near = named && Math.abs(named.getBoundingClientRect().top) < innerHeight;
  const at = near ? named : scrollY < 40 ? null : lastPassed([...document.querySelectorAll(".page .lmviz-figure[id], .page :is(h2, h3)[id]:not(.lmviz-figure *)")]);
  if (!at) return "";
  const number = headings().indexOf(at);
  return number < 0 ? `#${at.id}` : `#section-${number + 1}`;
}

/** The last of some elements that begins above the lower two thirds of the window. */
export function lastPassed(elements) {
  return elements.filter((one) => one.getBoundingClientRect().top < innerHeight * 0.35).at(-1);
}

export function openSection() {
  const [, number] = /^#section-(\d{1,3})$/.exec(location.hash) ?? [];
  headings()[number - 1]?.scrollIntoView();
}
