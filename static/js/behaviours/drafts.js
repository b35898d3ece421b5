// Text that is not sent yet stays in this tab (sessionStorage: never on the disk of a shared machine),
// under the name of the person who wrote it, until it is recorded or the person signs out.
import { offline, saved } from "./connection.js";

const PREFIX = "draft ";
const person = document.body.dataset.person;
const keyOf = (field) => `${PREFIX}${person} ${location.pathname} ${field.name}`;
const fields = (form) => [...form.querySelectorAll("textarea")];

function forget(belongs) {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX) && belongs(key)) sessionStorage.removeItem(key);
  }
}

function restore(field) {
  const kept = JSON.parse(sessionStorage.getItem(keyOf(field)) || "null");
  if (kept && kept.base === field.value) field.value = kept.text;
}

function keep(field, base) {
  if (field.value === base) sessionStorage.removeItem(keyOf(field));
  else sessionStorage.setItem(keyOf(field), JSON.stringify({ base, text: field.value }));
}

function keepAll(form) {
  const note = form.querySelector("[data-draft-kept]");
  for (const field of fields(form)) {
    const base = field.value;
    restore(field);
    let timer;
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        keep(field, base);
        const time = saved();
        if (note) note.textContent = `${note.dataset.words} ${time}`;
      }, 400);
    });
  }
}

// Recorded only when the answer is this same page: after a session that ended it would be the sign-in page.
async function send(event) {
  event.preventDefault();
  const form = event.target;
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
    if (!answer.ok || !answer.redirected || new URL(answer.url).pathname !== location.pathname) return form.submit();
    fields(form).forEach((field) => sessionStorage.removeItem(keyOf(field)));
    replaceMain(await answer.text());
    saved();
  } catch {
    offline();
  } finally {
    button.disabled = false;
  }
}

function replaceMain(html) {
  const main = new DOMParser().parseFromString(html, "text/html").querySelector("main");
  document.querySelector("main").replaceWith(main);
  document.dispatchEvent(new CustomEvent("lodesk:arrived", { detail: main }));
  main.querySelector("[data-composer] textarea")?.focus({ preventScroll: true });
}

export function start(root) {
  if (person) forget((key) => !key.startsWith(`${PREFIX}${person} `));
  root.querySelectorAll("[data-composer], [data-keep]").forEach(keepAll);
  root.querySelectorAll("[data-composer]").forEach((form) => form.addEventListener("submit", send));
  root.querySelectorAll("[data-keep]").forEach((form) =>
    form.addEventListener("submit", () => navigator.onLine && forget((key) => key.includes(` ${location.pathname} `))),
  );
  root.querySelectorAll("[data-forget-drafts]").forEach((form) => form.addEventListener("submit", () => forget(() => true)));
}
