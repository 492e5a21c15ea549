// The slider over a training's checkpoints. The figures of one training share it: the first figure of the page brings
// it, and where others follow, it stands before all of them and stays in sight.

const PAUSE = 1100;

/**
 * Shows one stop of a figure at a time.
 * @param follow is told the index of the checkpoint whenever another one is shown
 */
export function startSteps({ root, data, scope }, follow = () => {}) {
  const stops = [...root.querySelectorAll(".stop")];
  const last = data.steps.length - 1;
  const at = () => Math.max(0, data.steps.indexOf(scope.kept("s") ?? data.steps[last]));
  let shown = null;

  scope.accept("s", (value) => data.steps.includes(value));
  const mark = claim(root, data, scope, at);
  scope.follow(["s"], update);
  update();

  function update() {
    if (shown === at()) return;
    shown = at();
    stops.forEach((stop, index) => { stop.hidden = index !== shown; });
    mark(shown);
    follow(shown, stops[shown]);
  }
}

/** Keeps a checkpoint; the last is what a page shows where its address says nothing. */
export function keepStep(scope, data, index) {
  const step = data.steps[Math.max(0, Math.min(data.steps.length - 1, index))];
  scope.keep("s", step === data.steps.at(-1) ? null : step);
}

/** Starts the figure's slider unless another has brought one; returns what marks the checkpoint shown. */
function claim(root, data, scope, at) {
  const slider = root.querySelector(".lm-steps");
  // Modules start in any order; the first slider of the page is the one that stays.
  if (slider !== document.querySelector(".lm-steps")) { slider.remove(); return () => {}; }
  const [range, output] = [slider.querySelector("input"), slider.querySelector("output")];
  const [before, after, play] = ["before", "after", "play"].map((name) => slider.querySelector(`[data-go="${name}"]`));
  const ticks = [...slider.querySelectorAll("[data-at]")];
  const go = (index) => keepStep(scope, data, index);
  let playing = null;

  place(root, slider);
  slider.hidden = false;
  range.addEventListener("input", () => { stop(); go(Number(range.value)); });
  before.addEventListener("click", () => { stop(); go(at() - 1); });
  after.addEventListener("click", () => { stop(); go(at() + 1); });
  for (const tick of ticks) tick.addEventListener("click", () => { stop(); go(Number(tick.dataset.at)); });
  play.addEventListener("click", () => { if (playing === null) run(); else stop(); });

  function run() {
    go(at() === data.steps.length - 1 ? 0 : at() + 1);
    [, play.textContent] = data.play;
    playing = setInterval(() => {
      if (!slider.isConnected || at() >= data.steps.length - 1) stop(); else go(at() + 1);
      if (at() >= data.steps.length - 1) stop();
    }, PAUSE);
  }

  function stop() {
    clearInterval(playing);
    playing = null;
    [play.textContent] = data.play;
  }

  return (index) => {
    range.value = String(index);
    range.setAttribute("aria-valuetext", data.names[index]);
    output.textContent = data.names[index];
    before.disabled = index === 0;
    after.disabled = index === data.steps.length - 1;
    ticks.forEach((tick, other) => tick.classList.toggle("on", other === index));
  };
}

/** Puts the slider before the section of its figure where other figures follow it, so that it can stay in sight. */
function place(root, slider) {
  const section = root.closest("[data-figure]");
  if (!section || document.querySelectorAll(".lmviz .stops").length < 2) return;
  const note = section.previousElementSibling;
  slider.classList.add("lmviz", "stays");
  (note?.matches(".see") ? note : section).before(slider);
}
