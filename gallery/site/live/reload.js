// Reloads the page once the site has been built anew, and says where it is being built or could not be.
// Only `serve` puts this into pages, as it hands them out; no page on disk has it.

const here = document.currentScript.dataset.site;
const language = document.documentElement.lang === "ja" ? "ja" : "en";
let events = null;
let notice = null;

function show(told) {
  notice?.remove();
  notice = null;
  if (told.state === "still") return;
  notice = document.createElement("div");
  notice.id = "live-notice";
  notice.setAttribute("role", "status");
  notice.style.cssText =
    "position: fixed; inset: auto 0 0 0; z-index: 1000; max-height: 40vh; overflow: auto; padding: .6rem 1rem;" +
    "font: 14px/1.6 system-ui, sans-serif; color: #fff; background: " + (told.state === "building" ? "#37474f" : "#8e1b1b");
  const message = document.createElement("strong");
  message.textContent = told.message[language];
  notice.append(message);
  if (told.details) {
    const details = document.createElement("pre");
    details.style.cssText = "margin: .4rem 0 0; white-space: pre-wrap; font-size: 12px; color: inherit; background: none";
    details.textContent = told.details;
    notice.append(details);
  }
  document.body.append(notice);
}

function listen() {
  if (events || document.hidden) return;
  events = new EventSource("/_live/events");
  events.onmessage = (event) => {
    const told = JSON.parse(event.data);
    if (told.site && told.site !== here) location.reload();
    else show(told);
  };
}

// A browser keeps few connections to one server: a page that nobody sees holds none.
function stop() {
  events?.close();
  events = null;
}

document.addEventListener("visibilitychange", () => (document.hidden ? stop() : listen()));
addEventListener("pagehide", stop);
addEventListener("pageshow", listen);
listen();
