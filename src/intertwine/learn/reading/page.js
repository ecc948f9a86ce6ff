"use strict";
// Kernels are drawn from signed bytes when they scroll into view; a layer is parsed when it opens.
(() => {
  const GROUPS = JSON.parse(document.getElementById("groups").textContent);
  const BATCH = 48, TILE = 56, LARGE = innerWidth < 520 ? 130 : 220;
  const NAMES = ["Strength (norm)", "Noise gain", "Rank", "Energy in one product of lines",
    "Flatness of the spectrum", "Energy in this spatial part", "Direction of change, degrees",
    "Clarity of the direction", "Likeness to its strongest patch", "Softmax: drift",
    "Softmax: spread", "|k|: drift", "|k|: spread", "Strongest frequency, cycles per sample"];
  const WAYS = ["right", "upper right", "up", "upper left", "left", "lower left", "down", "lower right"];
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const bytes = text => Int8Array.from(atob(text), c => c.charCodeAt(0));
  const make = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  };

  // -1 is blue, 0 the paper's grey, 1 amber.
  const signed = t => {
    const middle = dark.matches ? [58, 62, 69] : [244, 242, 236];
    const end = t < 0 ? (dark.matches ? [96, 150, 255] : [20, 60, 150]) : (dark.matches ? [255, 184, 64] : [190, 105, 0]);
    const a = Math.min(1, Math.abs(t));
    return middle.map((m, i) => Math.round(m + a * (end[i] - m)));
  };
  const canvasOf = (width, height, side) => {
    const scale = side / Math.max(width, height);
    const canvas = make("canvas", { width, height });
    canvas.style.width = `${Math.max(2, width * scale)}px`;
    canvas.style.height = `${Math.max(2, height * scale)}px`;
    return canvas;
  };
  const paint = (canvas, width, height, colour) => {
    const context = canvas.getContext("2d"), image = context.createImageData(width, height);
    for (let i = 0; i < width * height; i++) image.data.set([...colour(i), 255], 4 * i);
    context.putImageData(image, 0, 0);
  };

  // Pictures of taps: stems of one axis, squares of two, the planes of three side by side.
  const drawTaps = (layer, place, side) => {
    const size = layer.size, count = size.reduce((a, b) => a * b, 1);
    const taps = layer.taps.subarray(place * count, (place + 1) * count);
    if (size.length === 1) return stems(taps, side);
    const [rows, columns] = size.slice(-2), planes = size.length === 3 ? size[0] : 1;
    const width = planes * columns + planes - 1;
    const canvas = canvasOf(width, rows, side);
    if (layer.colour) {
      const rgb = layer.colour.subarray(3 * place * count, 3 * (place + 1) * count);
      paint(canvas, columns, rows, i => [0, 1, 2].map(c => 128 + rgb[c * count + i]));
      return canvas;
    }
    paint(canvas, width, rows, i => {
      const row = Math.floor(i / width), at = i % width, plane = Math.floor(at / (columns + 1)), column = at % (columns + 1);
      return signed(column === columns ? 0 : taps[(plane * rows + row) * columns + column] / 127);
    });
    return canvas;
  };
  const stems = (taps, side) => {
    const canvas = canvasOf(2 * side, side, side), context = canvas.getContext("2d");
    const step = 2 * side / taps.length;
    taps.forEach((tap, i) => {
      context.fillStyle = `rgb(${signed(tap < 0 ? -1 : 1)})`;
      const high = side / 2 * tap / 127;
      context.fillRect(i * step + step * .15, side / 2 - Math.max(0, high), Math.max(1, step * .7), Math.abs(high));
    });
    return canvas;
  };
  const drawSpectrum = (layer, place, side) => {
    const size = layer.size, count = size.reduce((a, b) => a * b, 1);
    const taps = layer.taps.subarray(place * count, (place + 1) * count);
    const [rows, columns] = size.length === 1 ? [1, size[0]] : size.slice(-2);
    const from = size.length === 3 ? Math.floor(size[0] / 2) * rows * columns : 0;
    const high = size.length === 1 ? 1 : 33, wide = 33, gain = [];
    for (let u = 0; u < high; u++) for (let v = 0; v < wide; v++) {
      let re = 0, im = 0;
      for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) {
        const phase = 2 * Math.PI * ((high > 1 ? (u - 16) / 32 * i : 0) + (v - 16) / 32 * j), tap = taps[from + i * columns + j];
        re += tap * Math.cos(phase); im -= tap * Math.sin(phase);
      }
      gain.push(Math.hypot(re, im));
    }
    const most = Math.max(...gain) || 1;
    const canvas = canvasOf(wide, high === 1 ? 8 : high, side);
    paint(canvas, wide, high === 1 ? 8 : high, i => signed(gain[high === 1 ? i % wide : i] / most));
    return canvas;
  };
  const levels = (grid, side) => {
    const [rows, columns] = grid.shape, values = Uint8Array.from(atob(grid.bytes), c => c.charCodeAt(0));
    const high = rows === 1 ? 8 : rows, canvas = canvasOf(columns, high, side);
    paint(canvas, columns, high, i => signed(values[rows === 1 ? i % columns : i] / 255));
    return canvas;
  };
  const rose = counts => {
    const most = Math.max(...counts), parts = [];
    counts.forEach((count, i) => {
      const a = i * Math.PI / 4, r = 8 + 44 * count / most;
      if (count) parts.push(`<line x1="60" y1="60" x2="${60 + r * Math.cos(a)}" y2="${60 - r * Math.sin(a)}" stroke="var(--accent)" stroke-width="7" stroke-linecap="round"><title>${WAYS[i]}: ${count}</title></line>`);
    });
    const figure = make("figure");
    figure.innerHTML = `<svg width="120" height="120" role="img" aria-label="Edge detectors by direction: ${counts.map((c, i) => c ? `${WAYS[i]} ${c}` : "").filter(Boolean).join(", ")}"><circle cx="60" cy="60" r="54" fill="none" stroke="var(--line)"/>${parts.join("")}</svg>`;
    figure.append(make("figcaption", {}, "Where edge detectors rise to"));
    return figure;
  };
  const captioned = (canvas, text) => {
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", text);
    return make("figure", {}, canvas, make("figcaption", {}, text));
  };

  const lazily = new IntersectionObserver(entries => {
    for (const entry of entries) if (entry.isIntersecting) {
      lazily.unobserve(entry.target);
      entry.target.draw();
    }
  }, { rootMargin: "300px" });

  const open = section => {
    if (section.layer) return;
    const layer = section.layer = JSON.parse(section.querySelector("script").textContent);
    layer.taps = bytes(layer.taps);
    if (layer.colour) layer.colour = bytes(layer.colour);
    pictures(section, layer);
    maps(section, layer);
    gallery(section, layer);
  };
  const pictures = (section, layer) => {
    const into = section.querySelector(".drawn");
    into.replaceChildren(captioned(levels(layer.power, 120), "Mean power of the kernels: zero frequency in the middle"));
    if (layer.rose.some(Boolean)) into.append(rose(layer.rose));
    for (const matrix of layer.matrices) {
      const values = bytes(matrix.bytes), canvas = canvasOf(matrix.count, matrix.count, 150);
      paint(canvas, matrix.count, matrix.count, i => signed(values[i] / 127));
      into.append(captioned(canvas, `Correlations of the ${matrix.count} strongest maps. ${matrix.title}`));
    }
  };
  const maps = (section, layer) => {
    const into = section.querySelector(".maps");
    if (!layer.maps || !into) return;
    const { width, height } = layer.maps, scale = Math.max(1, Math.round(84 / Math.max(width, height)));
    layer.maps.numbers.forEach((number, i) => {
      const picture = make("div", { class: "map", role: "img", "aria-label": `Map of kernel ${number}` });
      picture.style.cssText = `width:${width * scale}px;height:${height * scale}px;background:url(data:image/png;base64,${layer.maps.png}) 0 ${-i * height * scale}px / ${width * scale}px auto`;
      into.append(make("figure", {}, picture, make("figcaption", {}, `${number}`)));
    });
  };
  const gallery = (section, layer) => {
    const tiles = section.querySelector(".tiles"), choice = section.querySelector("select"), more = section.querySelector(".more");
    const count = section.querySelector(".count");
    let places = [], drawn = 0;
    const add = () => {
      for (const place of places.slice(drawn, drawn + BATCH)) tiles.append(tile(section, layer, place));
      drawn = Math.min(places.length, drawn + BATCH);
      more.hidden = drawn === places.length;
      count.textContent = `${drawn} of ${places.length} shown, the strongest first`;
    };
    const begin = () => {
      const wanted = choice.value;
      places = layer.group.map((g, i) => i).filter(i => wanted === "" || String(layer.group[i]) === wanted);
      drawn = 0;
      tiles.replaceChildren();
      add();
    };
    choice.replaceChildren(make("option", { value: "" }, "all kernels"), ...GROUPS.map((name, g) => [name, g])
      .filter(([, g]) => layer.group.includes(g)).map(([name, g]) => make("option", { value: g }, name)));
    choice.onchange = begin;
    more.onclick = add;
    layer.redraw = begin;
    begin();
  };
  const tile = (section, layer, place) => {
    const made = make("button", { class: "tile", type: "button", "aria-pressed": "false", title: layer.said[place],
      "aria-label": `Kernel ${layer.number[place]}: ${layer.said[place]}` });
    const holder = make("div"); holder.style.cssText = `width:${TILE}px;min-height:${TILE}px`;
    made.append(holder, make("span", {}, `${layer.number[place]} ${GROUPS[layer.group[place]]}`));
    made.draw = () => holder.replaceChildren(drawTaps(layer, place, TILE));
    made.onclick = () => show(section, layer, place, made);
    lazily.observe(made);
    return made;
  };
  const show = (section, layer, place, button) => {
    const into = section.querySelector(".shown"), again = button.getAttribute("aria-pressed") === "true";
    hide(section);
    if (again) return;
    button.setAttribute("aria-pressed", "true");
    const facts = make("dl");
    layer.figures[place].forEach((value, i) => {
      if (value !== null && !(i === 5 && value === 1)) facts.append(make("dt", {}, NAMES[i]), make("dd", {}, `${value}`));
    });
    facts.append(make("dt", {}, "Largest tap"), make("dd", {}, `${layer.scale[place]}`));
    const words = make("div", { class: "words" }, make("strong", {}, `Kernel ${layer.number[place]}`), make("p", {}, layer.said[place]));
    if (layer.copy[place]) words.append(make("p", {}, layer.copy[place]));
    if (layer.single[place]) words.append(make("p", {}, layer.single[place]));
    words.append(facts);
    const grey = layer.colour ? [captioned(drawTaps({ ...layer, colour: null }, place, LARGE / 2), "Its spatial part")] : [];
    into.replaceChildren(captioned(drawTaps(layer, place, LARGE), layer.colour ? "Red, green and blue taps; grey is 0" : "Taps as the layer keeps them: blue below 0, amber above"),
      ...grey, captioned(drawSpectrum(layer, place, LARGE / 2), "Gain: zero frequency in the middle"), words);
    into.hidden = false;
    layer.again = () => { hide(section); show(section, layer, place, button); };
  };
  const hide = section => {
    for (const pressed of section.querySelectorAll("[aria-pressed=true]")) pressed.setAttribute("aria-pressed", "false");
    section.querySelector(".shown").hidden = true;
    section.layer.again = null;
  };

  for (const section of document.querySelectorAll("details.layer")) {
    section.addEventListener("toggle", () => section.open && open(section));
    section.addEventListener("keydown", event => event.key === "Escape" && section.layer && hide(section));
    if (section.open) open(section);
  }
  const follow = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.matches("details")) { target.open = true; open(target); target.scrollIntoView(); }
  };
  addEventListener("hashchange", follow);
  follow();
  dark.addEventListener("change", () => {
    for (const section of document.querySelectorAll("details.layer")) if (section.layer) {
      pictures(section, section.layer);
      const { again } = section.layer;
      section.layer.redraw();
      if (again) again();
    }
  });
})();
