// Runs before anything is drawn, so that a page never flashes in the colours that the reader did not choose.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("colour-scheme");
  } catch {
    // a browser that keeps nothing still follows the system's preference
  }
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.body.dataset.mdColorScheme = dark ? "slate" : "default";
  document.documentElement.className = "js";
})();
