"use strict";
const PAGE = JSON.parse(document.getElementById("model").textContent);
const SECTOR = 4096, CELLS = 128;
const at = (id) => document.getElementById(id);
const make = (tag, text, name) => {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (name) node.className = name;
  return node;
};
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

let movie = null, position = 0, timer = 0;

// The board as it is after this many steps: replayed from the start, so that going back is exact.
function stateAt(end) {
  const board = movie.board, count = board.flash_bytes / SECTOR;
  const seen = {
    kind: new Uint8Array(count),     // 0 blank, 1 as it was, 2 written, 3 torn
    fill: new Uint16Array(count),    // bytes written since the last erase
    touched: new Map(), ota: movie.ota, rules: [], runs: null, holds: {}, lines: [], power: false,
  };
  for (const lane of board.lanes) seen.holds[lane.label] = lane.holds;
  const hold = (runs) => {
    seen.kind.fill(0); seen.fill.fill(0);
    for (const [first, n] of runs) for (let i = first; i < first + n; i++) { seen.kind[i] = 1; seen.fill[i] = SECTOR; }
  };
  hold(board.written);
  for (let i = 0; i <= end; i++) apply(movie.steps[i], seen, i === end, hold);
  return seen;
}

function apply(step, seen, isNow, hold) {
  const each = (range, act) => {
    const [start, bytes] = range;
    for (let s = Math.floor(start / SECTOR); s * SECTOR < start + bytes && s < seen.kind.length; s++) {
      const from = Math.max(start, s * SECTOR), to = Math.min(start + bytes, (s + 1) * SECTOR);
      act(s, to - from);
      if (isNow) seen.touched.set(s, true);
    }
  };
  if (step.written) hold(step.written);
  for (const range of step.erase || []) each(range, (s) => {
    seen.kind[s] = 0; seen.fill[s] = 0;
  });
  for (const range of step.write || []) each(range, (s, n) => {
    seen.kind[s] = 2; seen.fill[s] = Math.min(SECTOR, seen.fill[s] + n);
  });
  if (step.torn) each(step.torn, (s) => { seen.kind[s] = 3; if (!seen.fill[s]) seen.fill[s] = SECTOR; });
  if (step.ota !== undefined) seen.ota = step.ota;
  if (step.rules) seen.rules = step.rules;
  if (step.runs !== undefined) seen.runs = step.runs;
  Object.assign(seen.holds, step.holds || {});
  for (const line of step.lines || []) seen.lines.push([line[0], line[1], isNow]);
}

function drawLane(canvas, lane, seen) {
  const first = Math.floor(lane.offset / SECTOR), count = Math.ceil(lane.size / SECTOR);
  const wide = Math.min(CELLS, Math.max(count, 1)), rows = Math.ceil(count / wide);
  const width = canvas.clientWidth || 600, scale = window.devicePixelRatio || 1;
  const cell = width / Math.max(wide, 16), tall = count <= 16 ? 16 : Math.max(7, Math.min(14, cell * 1.5));
  canvas.style.height = rows * (tall + 1) + "px";
  canvas.width = width * scale; canvas.height = rows * (tall + 1) * scale;
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  const names = ["blank", "old", "new", "torn"].map(colour), touch = colour("touch");
  for (let i = 0; i < count; i++) {
    const s = first + i, x = (i % wide) * cell, y = Math.floor(i / wide) * (tall + 1);
    pen.fillStyle = names[0];
    pen.fillRect(x, y, cell - .7, tall);
    if (seen.kind[s]) {
      pen.fillStyle = names[seen.kind[s]];
      const part = Math.max(.2, seen.fill[s] / SECTOR);
      pen.fillRect(x, y, Math.max(1, (cell - .7) * part), tall);
    }
    if (seen.touched.has(s)) {
      pen.fillStyle = touch;
      pen.fillRect(x, y + tall - 2.5, cell - .7, 2.5);
    }
  }
  let written = 0, torn = 0;
  for (let i = first; i < first + count; i++) { if (seen.kind[i] === 2) written++; if (seen.kind[i] === 3) torn++; }
  canvas.setAttribute("aria-label", `${lane.label}: ${count} sectors, ${written} written since the start, ${torn} torn`);
}

function showLanes(seen) {
  const box = at("lanes");
  if (box.dataset.of !== movie.title) {
    box.replaceChildren(...movie.board.lanes.map((lane) => {
      const div = make("div", undefined, "lane"), name = make("div", undefined, "name");
      name.append(make("b", lane.label), make("span"), make("span", "", "runs"));
      const canvas = make("canvas");
      canvas.setAttribute("role", "img");
      div.append(name, canvas);
      return div;
    }));
    box.dataset.of = movie.title;
  }
  movie.board.lanes.forEach((lane, i) => {
    const div = box.children[i], spans = div.querySelectorAll("span");
    const size = lane.size >= 1048576 ? lane.size / 1048576 + " MB" : lane.size / 1024 + " KB";
    const holds = seen.holds[lane.label];
    spans[0].textContent = `0x${lane.offset.toString(16)}, ${size}${holds ? ", " + holds : ""}`;
    spans[1].textContent = seen.runs === lane.label ? "runs" : "";
    drawLane(div.querySelector("canvas"), lane, seen);
  });
}

function showRecords(seen) {
  const body = at("records");
  if (!seen.ota) { body.replaceChildren(make("p", "The table has no OTA data.", "empty")); return; }
  const table = make("table"), head = make("tr");
  for (const name of ["record", "sequence", "names", "state", "check word", ""]) head.append(make("th", name));
  table.append(head);
  seen.ota.forEach((record, i) => {
    const row = make("tr", undefined, record.in_charge ? "charge" : "");
    row.append(make("td", String(i)));
    if (record.blank) {
      const cell = make("td", "blank");
      cell.colSpan = 5;
      row.append(cell);
    } else {
      const check = make("td");
      check.append(make("span", record.check ? "good" : "bad", record.check ? "" : "bad"));
      row.append(make("td", record.sequence === 4294967295 ? "none" : record.sequence),
        make("td", record.slot || "nothing"), make("td", record.state), check,
        make("td", record.in_charge ? "in charge" : ""));
    }
    table.append(row);
  });
  body.replaceChildren(table);
}

function showRules(seen) {
  const box = at("rules");
  if (!seen.rules.length) { box.replaceChildren(make("p", "No boot was decided yet.", "empty")); return; }
  const list = make("ol", undefined, "rules");
  for (const rule of seen.rules) list.append(make("li", rule));
  box.replaceChildren(list);
}

function showConsole(seen) {
  const box = at("console");
  box.replaceChildren(...seen.lines.map(([source, text, isNow]) =>
    make("span", text + "\n", source + (isNow ? " latest" : ""))));
  box.scrollTop = box.scrollHeight;
}

function showNow() {
  const step = movie.steps[position], box = at("now");
  box.className = "now is-" + (step.kind === "verdict" ? (step.good ? "good" : "bad") : step.kind);
  box.replaceChildren(step.text);
  if (step.ms !== undefined) box.append(" ", make("small", `${(step.ms / 1000).toFixed(3)} s`));
  at("count").textContent = `step ${position + 1} of ${movie.steps.length}`;
  at("slider").value = position;
  at("slider").setAttribute("aria-valuetext", `step ${position + 1}: ${step.text}`);
}

function drawTrack() {
  const canvas = at("marks"), width = canvas.clientWidth || 600, scale = window.devicePixelRatio || 1;
  canvas.width = width * scale; canvas.height = 14 * scale;
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  const last = Math.max(1, movie.steps.length - 1), inset = 8;
  const colours = { fault: "bad", boot: "boot", start: "boot", power: "soft", note: "soft" };
  movie.steps.forEach((step, i) => {
    if (!step.mark) return;
    const name = step.kind === "verdict" ? (step.good ? "good" : "bad") : colours[step.kind] || "soft";
    const isStrong = step.kind === "fault" || step.kind === "verdict";
    pen.fillStyle = colour(name);
    pen.fillRect(inset + (width - 2 * inset) * i / last - (isStrong ? 1.5 : .75), isStrong ? 0 : 5, isStrong ? 3 : 1.5, isStrong ? 14 : 9);
  });
}

function show(next) {
  position = Math.max(0, Math.min(movie.steps.length - 1, next));
  const seen = stateAt(position);
  showNow(); showLanes(seen); showRecords(seen); showRules(seen); showConsole(seen);
}

function mark(direction) {
  for (let i = position + direction; i >= 0 && i < movie.steps.length; i += direction) {
    if (movie.steps[i].mark) return show(i);
  }
  show(direction < 0 ? 0 : movie.steps.length - 1);
}

function play(on) {
  clearInterval(timer);
  timer = 0;
  if (on) {
    if (position === movie.steps.length - 1) show(0);
    timer = setInterval(() => {
      if (position >= movie.steps.length - 1) play(false); else show(position + 1);
    }, 350);
  }
  at("play").textContent = timer ? "Pause" : "Play";
}

function choose(index) {
  play(false);
  movie = PAGE.movies[index];
  at("tabs").querySelectorAll("button").forEach((button, i) => button.setAttribute("aria-selected", i === index));
  at("subtitle").textContent = movie.subtitle;
  at("slider").max = movie.steps.length - 1;
  const wanted = new URLSearchParams(location.hash.slice(1)).get("step");
  const fault = movie.steps.findIndex((step) => step.kind === "fault");
  drawTrack();
  show(wanted !== null ? Number(wanted) - 1 : Math.max(0, fault));
}

at("back").onclick = () => { play(false); show(position - 1); };
at("forward").onclick = () => { play(false); show(position + 1); };
at("markBack").onclick = () => { play(false); mark(-1); };
at("markForward").onclick = () => { play(false); mark(1); };
at("play").onclick = () => play(!timer);
at("slider").oninput = (event) => { play(false); show(Number(event.target.value)); };
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const keys = {
    ArrowRight: () => show(position + 1), ArrowLeft: () => show(position - 1),
    PageDown: () => mark(1), PageUp: () => mark(-1), Home: () => show(0),
    End: () => show(movie.steps.length - 1),
  };
  if (event.key === " " && event.target.tagName !== "BUTTON") { event.preventDefault(); return play(!timer); }
  if (!keys[event.key]) return;
  event.preventDefault();
  play(false);
  keys[event.key]();
});
addEventListener("resize", () => { drawTrack(); show(position); });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { drawTrack(); show(position); });

if (PAGE.movies.length > 1) {
  at("tabs").append(...PAGE.movies.map((one, i) => {
    const button = make("button", one.title);
    button.setAttribute("role", "tab");
    button.onclick = () => choose(i);
    return button;
  }));
} else {
  at("tabs").hidden = true;
}
const parameters = new URLSearchParams(location.hash.slice(1));
if (PAGE.movies.length) choose(Math.min(PAGE.movies.length - 1, Number(parameters.get("movie") || 1) - 1));
else at("theatre").hidden = true;
