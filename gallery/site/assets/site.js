// What every page can do: colours, language, copying, permanent addresses, the strip that stays in reach, search.
import { openSearch } from "./search.js";
import { filterCards } from "./filters.js";
import { languageSwitch, lastPassed, openSection } from "./language.js";

const body = document.body;

function schemeSwitch(button) {
  const dark = () => body.dataset.mdColorScheme === "slate";
  const label = () => {
    const text = dark() ? button.dataset.toLight : button.dataset.toDark;
    button.title = text;
    button.setAttribute("aria-label", text);
  };
  const use = (scheme) => {
    body.dataset.mdColorScheme = scheme === "dark" ? "slate" : "default";
    label();
  };
  const stored = () => {
    try {
      return localStorage.getItem("colour-scheme");
    } catch {
      return null;
    }
  };
  button.addEventListener("click", () => {
    const scheme = dark() ? "light" : "dark";
    use(scheme);
    try {
      localStorage.setItem("colour-scheme", scheme);
    } catch {
      // the choice then lasts as long as the page
    }
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => {
    if (!stored()) use(event.matches ? "dark" : "light");
  });
  label();
  button.hidden = false;
}

function copyButtons() {
  const words = document.documentElement.lang === "ja" ? ["写す", "写しました"] : ["Copy", "Copied"];
  for (const block of document.querySelectorAll("pre.command, .citation pre, .highlight pre")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = words[0];
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(block.querySelector("code").textContent.trimEnd());
        button.textContent = words[1];
        setTimeout(() => (button.textContent = words[0]), 1600);
      } catch {
        getSelection().selectAllChildren(block.querySelector("code"));
      }
    });
    block.classList.add("copyable");
    block.append(button);
  }
}

function permanentAddresses() {
  // Where the site was built without knowing its address, a citation learns it from where it is read.
  for (const block of document.querySelectorAll("[data-permanent^='/']")) {
    const target = block.querySelector("code") ?? block;
    const absolute = new URL(block.dataset.at ?? ".", location.href).href;
    target.textContent = target.textContent.replace(block.dataset.permanent, absolute);
  }
}

function contentsFollow(nav) {
  const links = new Map([...nav.querySelectorAll("a[href^='#']")].map((a) => [decodeURIComponent(a.hash.slice(1)), a]));
  const sections = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  const update = () => {
    const current = lastPassed(sections);
    for (const [id, link] of links) {
      if (current && id === current.id) link.setAttribute("aria-current", "location");
      else link.removeAttribute("aria-current");
    }
  };
  let waiting = false;
  addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; update(); });
  }, { passive: true });
  update();
}

function fitToPaper() {
  // Between the usual margins of A4 and Letter, in px. What is wider is shrunk rather than cut.
  const paper = 660;
  const shrunk = [];
  addEventListener("beforeprint", () => {
    for (const grid of document.querySelectorAll("table.lm-grid")) {
      if (grid.offsetWidth <= paper) continue;
      grid.style.zoom = String(paper / grid.offsetWidth);
      shrunk.push(grid);
    }
  });
  addEventListener("afterprint", () => { for (const grid of shrunk.splice(0)) grid.style.zoom = ""; });
}

for (const button of document.querySelectorAll("[data-switch-scheme]")) schemeSwitch(button);
for (const link of document.querySelectorAll("[data-language-switch]")) languageSwitch(link);
for (const nav of document.querySelectorAll("nav.contents")) contentsFollow(nav);
for (const form of document.querySelectorAll("[data-gallery-filters]")) filterCards(form);
copyButtons();
permanentAddresses();
openSection();
fitToPaper();
if (document.querySelector("[data-png]")) import("./takeaway.js");
if (document.querySelector("[data-slide]")) import("./slide.js");
if (document.querySelector("[data-tour]")) import("./tour.js");
openSearch(document.querySelector("[data-search]"), document.querySelector("[data-open-search]"));

const menu = document.querySelector(".site-menu");
const wide = matchMedia("(min-width: 64rem)");
const showMenu = () => { menu.open = wide.matches; };
wide.addEventListener("change", showMenu);
showMenu();
