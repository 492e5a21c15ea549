// A figure fills the window and comes back: the same element moves into a dialog, so that nothing is drawn twice.

/** @param closed runs once the figure is back and the address is again the one from before */
export function startEnlarge(root, button, closed = () => {}) {
  if (!button) return;
  const open = button.textContent;
  button.hidden = false;
  button.addEventListener("click", () => {
    const dialog = root.parentElement;
    if (dialog?.matches("dialog.lm-enlarged")) { dialog.close(); return; }
    const place = document.createComment("");
    const frame = document.createElement("dialog");
    frame.className = "lm-enlarged";
    frame.setAttribute("aria-label", open);
    root.before(place);
    frame.append(root);
    (place.parentElement.closest("article") ?? document.body).append(frame);
    button.textContent = button.dataset.close;
    // A reader on a phone goes back by the browser's own button, which would otherwise leave the page.
    history.pushState(history.state, "", location.href);
    let returned = false;
    addEventListener("popstate", () => {
      returned = true;
      if (frame.open) frame.close();
      closed();
    }, { once: true });
    frame.addEventListener("close", () => {
      if (!returned) history.back();
      place.replaceWith(root);
      frame.remove();
      button.textContent = open;
      button.focus();
    });
    frame.showModal();
    button.focus();
  });
}
