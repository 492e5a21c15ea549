// A figure fills the window and comes back: the same element moves into a dialog, so that nothing is drawn twice.

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
    frame.addEventListener("close", () => {
      place.replaceWith(root);
      frame.remove();
      button.textContent = open;
      button.focus();
      closed();
    });
    frame.showModal();
    button.focus();
  });
}
