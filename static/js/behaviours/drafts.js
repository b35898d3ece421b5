// Text that is not sent yet stays in this tab (sessionStorage: never on the disk of a shared machine),
// under the name of the person who wrote it, until it is recorded or the person signs out. What is
// begun in the composer is also kept on the server, so that a closed tab loses nothing.
import { offline, saved } from "./connection.js";

const PREFIX = "draft ";
const SOON = 400;
const PAUSE = 1500; // after the last letter, before the server is asked to keep it
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

function tell(form, time) {
  const note = form.querySelector("[data-draft-kept]");
  if (note) note.textContent = `${note.dataset.words} ${time}`;
}

// What the server holds is what a page shows at first: `bases` remembers it for every text.
function keepHere(form, bases) {
  for (const field of fields(form)) {
    bases.set(field, field.value);
    restore(field);
    let timer;
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        keep(field, bases.get(field));
        tell(form, saved());
      }, SOON);
    });
  }
}

function keepThere(form, bases) {
  const { draftUrl } = form.dataset;
  let timer;
  let changed = false;
  const post = async () => {
    const texts = fields(form).map((field) => [field, field.value]);
    changed = false;
    try {
      const answer = await fetch(draftUrl, { method: "POST", body: new FormData(form), headers: { Accept: "text/plain" } });
      if (!answer.ok || answer.redirected) return;
      tell(form, (await answer.text()).trim());
      texts.forEach(([field, text]) => {
        bases.set(field, text);
        keep(field, text);
      });
    } catch {
      changed = true;
      offline();
    }
  };
  form.addEventListener("input", () => {
    changed = true;
    clearTimeout(timer);
    timer = setTimeout(post, PAUSE);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    changed = false;
  });
  addEventListener("pagehide", () => {
    clearTimeout(timer);
    if (changed && form.isConnected) navigator.sendBeacon(draftUrl, new FormData(form));
  });
}

// Recorded only when the answer is this same page: after a session that ended it would be the sign-in page.
async function send(event) {
  const form = event.target;
  if (event.submitter?.hasAttribute("formaction")) return;
  event.preventDefault();
  const button = event.submitter || form.querySelector("[data-act]");
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
  root.querySelectorAll("[data-composer], [data-keep]").forEach((form) => {
    const bases = new Map();
    keepHere(form, bases);
    if (form.dataset.draftUrl) keepThere(form, bases);
  });
  root.querySelectorAll("[data-composer]").forEach((form) => form.addEventListener("submit", send));
  root.querySelectorAll("[data-keep]").forEach((form) =>
    form.addEventListener("submit", () => navigator.onLine && forget((key) => key.includes(` ${location.pathname} `))),
  );
  root.querySelectorAll("[data-forget-drafts]").forEach((form) => form.addEventListener("submit", () => forget(() => true)));
}
