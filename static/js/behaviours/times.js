// Clocks of the desk line and relative times, fresh every minute; the words come from the server.
const words = JSON.parse(document.body.dataset.words || "{}");
const SHAPES = { late: "M0 0h10v10H0z" };

export function timeIn(zone, moment = new Date()) {
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone }).format(moment);
}

function say(template, values) {
  return template.replace(/%\((\w+)\)[ds]/g, (whole, name) => values[name]);
}

function relative(moment) {
  const late = moment < Date.now();
  const minutes = Math.floor(Math.abs(moment - Date.now()) / 60_000);
  if (minutes >= 24 * 60) return null; // days do not change while one looks at the page
  const values = { hours: Math.floor(minutes / 60), minutes: minutes % 60, padded: String(minutes % 60).padStart(2, "0") };
  const kind = minutes >= 60 ? "hours" : "minutes";
  return { late, text: say(words[`${late ? "late" : "in"}_${kind}`], values) };
}

function refreshOne(time) {
  const said = relative(new Date(time.dateTime).getTime());
  if (!said) return;
  time.textContent = said.text;
  const sign = time.closest(".sign--soon, .sign--wait");
  if (said.late && sign) {
    sign.className = "sign sign--late";
    sign.querySelector("path").setAttribute("d", SHAPES.late);
  }
}

function refresh() {
  for (const clock of document.querySelectorAll("[data-clock]")) {
    clock.textContent = timeIn(document.body.dataset[clock.dataset.clock]);
  }
  document.querySelectorAll("[data-relative]").forEach(refreshOne);
}

let running = false;

export function start() {
  if (running) return;
  running = true;
  const tick = () => {
    refresh();
    setTimeout(tick, 60_000 - (Date.now() % 60_000));
  };
  setTimeout(tick, 60_000 - (Date.now() % 60_000));
}
