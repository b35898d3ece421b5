// Single keys: / n f j k Enter h ?. They can be switched off in the list of keys (WCAG 2.1.4).
const OFF = "lodesk-keys-off"; // a preference, no data of a dossier

const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => !row.hidden);
const current = () => document.querySelector('[data-row][aria-current="true"]');

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(current());
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  current()?.removeAttribute("aria-current");
  next.setAttribute("aria-current", "true");
  next.querySelector("a")?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function press(key) {
  const target = document.querySelector(`[data-key="${key}"]`);
  if (!target || target.closest("[hidden]")) return false;
  target.matches("a") ? target.click() : target.focus();
  return true;
}

function handOver() {
  const url = current()?.dataset.handOver || document.querySelector('[data-act="hand-over"]')?.href;
  if (url) location.assign(url);
}

const acts = {
  "/": () => press("/"),
  n: () => press("n"),
  f: () => press("f"),
  j: () => move(1),
  k: () => move(-1),
  h: handOver,
  Enter: () => current()?.querySelector("a")?.click(),
  "?": () => document.querySelector("#keys")?.showModal(),
};

function typing(target) {
  return target.matches("input:not([type=radio], [type=checkbox]), textarea, select, dialog, dialog *");
}

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || localStorage.getItem(OFF)) return;
  const act = acts[event.key];
  if (!act || typing(event.target)) return;
  if (event.key === "Enter" && event.target !== document.body) return; // a focused control takes its own Enter
  event.preventDefault();
  act();
}

let listening = false;

export function start() {
  if (listening) return;
  listening = true;
  document.addEventListener("keydown", onKey);
  const toggle = document.querySelector("[data-keys-on]");
  if (!toggle) return;
  toggle.checked = !localStorage.getItem(OFF);
  toggle.addEventListener("change", () => (toggle.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
}
