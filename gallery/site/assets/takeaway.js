// PNGs of figures, made here from their SVG when a reader asks for one; nothing is sent anywhere.

const PAPER = "#ffffff";

async function png(address, scale) {
  const picture = new Image();
  picture.src = address;
  await picture.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.naturalWidth * scale);
  canvas.height = Math.round(picture.naturalHeight * scale);
  const paint = canvas.getContext("2d");
  paint.fillStyle = PAPER;
  paint.fillRect(0, 0, canvas.width, canvas.height);
  paint.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((done, failed) => {
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("no PNG"))), "image/png");
  });
}

function hand(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

for (const button of document.querySelectorAll("[data-png]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      hand(await png(button.dataset.of, Number(button.dataset.png)), button.dataset.name);
    } catch {
      // a page opened from a disk may not read the picture back
      const said = button.parentElement.querySelector("[role=status]") ?? document.createElement("span");
      said.setAttribute("role", "status");
      said.textContent = ` ${button.dataset.failed}`;
      button.parentElement.append(said);
    }
  });
}
