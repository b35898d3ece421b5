// The right end of the desk line: connected, saved at, or offline.
import { timeIn } from "./times.js";

function show(state, time = "") {
  const line = document.querySelector("[data-connection]");
  if (!line) return;
  line.dataset.state = state;
  line.querySelector(".connection__word").textContent = line.dataset[state];
  line.querySelector("[data-connection-time]").textContent = time;
}

export function saved() {
  const time = timeIn(document.body.dataset.here);
  show("saved", time);
  return time;
}

export function offline() {
  show("offline");
}

let listening = false;

export function start() {
  if (!navigator.onLine) offline();
  if (listening) return;
  listening = true;
  addEventListener("offline", offline);
  addEventListener("online", () => show("connected"));
  document.addEventListener("htmx:sendError", offline);
  document.addEventListener("htmx:afterOnLoad", () => navigator.onLine && show("connected"));
}
