// The count on the bell, asked for once a minute while somebody looks at the page. What has not
// changed is answered by 304 and no content; no connection is held, and a hidden page asks nothing.
const EVERY = 60_000;
let asked = Date.now();
let timer = 0;

async function refresh(bell) {
  asked = Date.now();
  const answer = await fetch(bell.dataset.bell, {
    cache: "no-store",
    redirect: "error", // signed out meanwhile: the next click says so
    headers: { "If-None-Match": `"${bell.dataset.tag}"` },
  });
  if (answer.status !== 200) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-bell]");
  bell.dataset.tag = fresh.dataset.tag;
  bell.setAttribute("aria-label", fresh.getAttribute("aria-label"));
  bell.replaceChildren(...fresh.childNodes); // the link itself stays, and with it the focus
}

function wait() {
  clearTimeout(timer);
  if (document.hidden) return;
  timer = setTimeout(() => {
    const bell = document.querySelector("[data-bell]");
    if (!bell) return;
    refresh(bell).catch(() => {}).finally(wait); // offline: the next minute asks again
  }, Math.max(0, asked + EVERY - Date.now()));
}

let listening = false;

export function start() {
  if (listening) return;
  listening = true;
  document.addEventListener("visibilitychange", wait);
  wait();
}
