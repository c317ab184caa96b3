// Draws a Plotly figure with the camera its reader has turned, and steps through its states.

// By the key that Python gives: what a view keeps when Streamlit unmounts it (another page).
const kept = new Map();
const views = new WeakMap();
const HOME = {
  eye: { x: 1.4, y: 1.4, z: 1 },
  center: { x: 0, y: 0, z: -0.15 },
  up: { x: 0, y: 0, z: 1 },
};
const NARROW_PX = 480;
const PLAYING_TIME_MS = 12000;
const GRID = "#7f7f7f"; // on white and on black alike; WebGL draws the theme's faint borders badly
let plotly;

// Streamlit calls this at each change of the data or the theme, and the result when it unmounts.
export default function ({ data: bytes, parentElement }) {
  const data = JSON.parse(new TextDecoder().decode(bytes));
  if (!views.has(parentElement)) {
    views.set(parentElement, new View(parentElement.querySelector(".plot3d")));
  }
  const view = views.get(parentElement);
  view.receive(data);
  return () => {
    // A call that a later one has overtaken is cleaned up too: then the view must stay.
    if (view.data === data) {
      views.delete(parentElement);
      view.close();
    }
  };
}

function loadPlotly(path) {
  plotly ??= new Promise((resolve, reject) => {
    // Streamlit's own bundle is in <root>/static/js/, whatever the base path, proxy or page.
    const bundle = document.querySelector('script[src*="/static/js/"]');
    const script = document.createElement("script");
    script.src = bundle ? new URL(`../../${path}`, bundle.src) : new URL(path, document.baseURI);
    script.onload = () => (window.Plotly ? resolve(window.Plotly) : script.onerror());
    script.onerror = () => {
      plotly = undefined; // so that the next call tries again
      script.remove();
      reject(new Error(`plotly.js did not load from ${script.src}`));
    };
    document.head.append(script);
  });
  return plotly;
}

// A copy of the trace with attributes such as "marker.color" replaced.
function withUpdates(trace, updates = {}) {
  const copy = { ...trace };
  for (const [path, value] of Object.entries(updates)) {
    const names = path.split(".");
    const last = names.pop();
    const parent = names.reduce((target, name) => (target[name] = { ...target[name] }), copy);
    parent[last] = value;
  }
  return copy;
}

class View {
  constructor(root) {
    this.root = root;
    this.plot = root.querySelector(".plot3d-view");
    this.slider = root.querySelector("input");
    this.closing = new AbortController();
    const on = (element, type, listener) =>
      element.addEventListener(type, listener, { signal: this.closing.signal });
    const actions = {
      zoom_in: () => this.turn(0, 0, 0.8),
      zoom_out: () => this.turn(0, 0, 1.25),
      reset: () => this.look(undefined),
      play: () => this.toggle(),
      previous: () => this.step(this.kept.step - 1),
      next: () => this.step(this.kept.step + 1),
    };
    for (const button of root.querySelectorAll("[data-action]")) {
      on(button, "click", actions[button.dataset.action]);
    }
    on(this.slider, "input", () => this.step(this.slider.valueAsNumber));
    on(this.slider, "keydown", (event) => {
      if (event.key !== " ") return;
      event.preventDefault();
      this.toggle();
    });
    const turns = {
      ArrowLeft: [-0.15, 0, 1],
      ArrowRight: [0.15, 0, 1],
      ArrowUp: [0, 0.1, 1],
      ArrowDown: [0, -0.1, 1],
      "+": [0, 0, 0.8],
      "-": [0, 0, 1.25],
    };
    on(this.plot, "keydown", (event) => {
      if (!turns[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.turn(...turns[event.key]);
    });
    this.resizing = new ResizeObserver(() => this.redraw());
    this.resizing.observe(this.plot);
  }

  async receive(data) {
    this.data = data;
    if (!kept.has(data.key)) kept.set(data.key, {});
    this.kept = kept.get(data.key);
    const run = JSON.stringify(data.states);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const plays = data.autoplay > (this.kept.autoplay ?? 0) && data.states.length > 1 && !still;
    if (plays || run !== this.kept.run) {
      this.pause();
      this.kept.step = plays ? 0 : Math.max(0, data.states.length - 1);
    }
    Object.assign(this.kept, { run, autoplay: data.autoplay });
    this.label();
    try {
      this.plotly = await loadPlotly(data.plotlyjs);
    } catch (error) {
      this.fail(error);
      return;
    }
    if (this.closing.signal.aborted) return;
    this.explain("");
    this.redraw();
    if (plays && this.kept.run === run && !this.timer) this.toggle();
  }

  label() {
    const { text, states, height } = this.data;
    for (const element of this.root.querySelectorAll("[data-text]")) {
      element.textContent = text[element.dataset.text];
    }
    for (const element of this.root.querySelectorAll("[data-name]")) {
      element.ariaLabel = element.title = text[element.dataset.name];
    }
    this.plot.ariaLabel = `${text.label}. ${text.hint}`;
    this.plot.style.maxHeight = `${height}px`;
    this.root.querySelector(".plot3d-steps").hidden = states.length === 0;
    this.slider.max = Math.max(0, states.length - 1);
    this.showStep();
  }

  showStep() {
    const { text, states } = this.data;
    const { step } = this.kept;
    const caption = states[step]?.caption ?? "";
    const play = this.root.querySelector(".plot3d-play");
    const captionElement = this.root.querySelector(".plot3d-caption");
    this.slider.value = step;
    this.slider.ariaValueText = caption;
    this.root.querySelector(".plot3d-count").textContent = `${step + 1} / ${states.length}`;
    // Read out while stepping, not at each of the states that play past.
    captionElement.ariaLive = this.timer ? "off" : "polite";
    captionElement.textContent = caption;
    this.root.querySelector('[data-action="previous"]').disabled = step === 0;
    this.root.querySelector('[data-action="next"]').disabled = step >= states.length - 1;
    this.root.classList.toggle("plot3d-playing", Boolean(this.timer));
    play.ariaLabel = play.title = this.timer ? text.pause : text.play;
  }

  step(step) {
    this.pause();
    this.show(step);
  }

  show(step) {
    this.kept.step = Math.min(Math.max(step, 0), this.data.states.length - 1);
    this.showStep();
    this.redraw();
  }

  toggle() {
    if (this.timer) {
      this.pause();
      return;
    }
    if (this.kept.step >= this.data.states.length - 1) this.kept.step = 0;
    this.wait();
    this.show(this.kept.step);
  }

  wait() {
    const speed = Number(this.root.querySelector("select").value);
    const interval = Math.min(Math.max(PLAYING_TIME_MS / this.data.states.length, 60), 800) / speed;
    this.timer = setTimeout(() => {
      if (this.kept.step + 1 >= this.data.states.length - 1) this.timer = undefined;
      else this.wait();
      this.show(this.kept.step + 1);
    }, interval);
  }

  pause() {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.kept?.run) this.showStep();
  }

  get home() {
    const camera = { ...HOME, ...this.data.figure.layout.scene?.camera };
    if (this.plot.clientWidth > NARROW_PX) return camera;
    // Labels keep their size on a phone, so the drawing has to leave them more room.
    const { x, y, z } = camera.eye;
    return { ...camera, eye: { x: 1.25 * x, y: 1.25 * y, z: 1.25 * z } };
  }

  look(camera) {
    this.kept.camera = camera;
    this.looksElsewhere = true;
    this.redraw();
  }

  // While the reader drags, plotly.js knows the camera in its scene only; its events come late.
  keepCamera() {
    if (this.looksElsewhere) return;
    this.kept.camera = this.plot._fullLayout?.scene?._scene?.getCamera() ?? this.kept.camera;
  }

  // Angles in radians around and above the centre; zoom multiplies the distance.
  turn(around, above, zoom) {
    this.keepCamera();
    const camera = this.kept.camera ?? this.home;
    const { eye, center } = camera;
    const [x, y, z] = [eye.x - center.x, eye.y - center.y, eye.z - center.z];
    const distance = Math.min(Math.max(Math.hypot(x, y, z) * zoom, 0.3), 6);
    const azimuth = Math.atan2(y, x) + around;
    const elevation = Math.min(Math.max(Math.atan2(z, Math.hypot(x, y)) + above, -1.5), 1.5);
    const level = distance * Math.cos(elevation);
    this.look({
      ...camera,
      eye: {
        x: center.x + level * Math.cos(azimuth),
        y: center.y + level * Math.sin(azimuth),
        z: center.z + distance * Math.sin(elevation),
      },
    });
  }

  // However many steps, reruns and resizes ask for it, one drawing a frame.
  redraw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.draw().catch((error) => this.fail(error));
    });
  }

  async draw() {
    // A view in a closed tab or expander has no width until it is shown.
    if (!this.plotly || !this.plot.clientWidth) return;
    const { figure, states } = this.data;
    const updates = states[this.kept.step]?.updates ?? {};
    const traces = figure.data.map((trace, index) => withUpdates(trace, updates[index]));
    this.keepCamera();
    const drawn = this.plotly.react(this.plot, traces, this.layout(), {
      displayModeBar: false,
      scrollZoom: false, // the wheel scrolls the page
    });
    this.looksElsewhere = false;
    await drawn;
  }

  layout() {
    const { layout } = this.data.figure;
    const style = getComputedStyle(this.root);
    const colour = (name) => style.getPropertyValue(`--st-${name}`).trim();
    const axis = {
      color: colour("text-color"),
      gridcolor: GRID,
      zerolinecolor: GRID,
      linecolor: GRID,
      showbackground: false,
    };
    const { scene } = layout;
    return {
      ...layout,
      width: this.plot.clientWidth,
      height: this.plot.clientHeight,
      paper_bgcolor: "rgba(0, 0, 0, 0)",
      font: { color: colour("text-color"), family: style.fontFamily, ...layout.font },
      hoverlabel: {
        bgcolor: colour("background-color"),
        font: { color: colour("text-color") },
        ...layout.hoverlabel,
      },
      scene: {
        ...scene,
        xaxis: { ...axis, ...scene.xaxis },
        yaxis: { ...axis, ...scene.yaxis },
        zaxis: { ...axis, ...scene.zaxis },
        camera: this.kept.camera ?? this.home,
        uirevision: 0, // the camera is kept here, not by plotly.js
      },
    };
  }

  fail(error) {
    console.error(error);
    this.explain(this.data.text.failed);
  }

  explain(message) {
    const failure = this.root.querySelector(".plot3d-failure");
    failure.textContent = message;
    failure.hidden = !message;
    this.root.querySelector(".plot3d-drawing").hidden = Boolean(message);
  }

  close() {
    this.keepCamera();
    this.pause();
    this.closing.abort();
    this.resizing.disconnect();
    cancelAnimationFrame(this.frame);
    this.plotly?.purge(this.plot); // gives the WebGL context back
  }
}
