// Every page works without this file. All behaviours come with the first visit, so that a further
// page is one request; each is started only where the page has the attribute it is bound to.
import * as bell from "./behaviours/bell.js";
import * as composer from "./behaviours/composer.js";
import * as connection from "./behaviours/connection.js";
import * as drafts from "./behaviours/drafts.js";
import * as errors from "./behaviours/errors.js";
import * as headLine from "./behaviours/head_line.js";
import * as keyboard from "./behaviours/keyboard.js";
import * as narrow from "./behaviours/narrow.js";
import * as times from "./behaviours/times.js";
import * as uploads from "./behaviours/uploads.js";

const behaviours = {
  "[data-clock], [data-relative]": times,
  "[data-connection]": connection,
  "[data-bell]": bell,
  "[data-key], [data-rows], #keys": keyboard,
  "[data-narrow]": narrow,
  "[data-composer]": composer,
  "[data-uploads]": uploads, // before drafts: it may hold a form back
  "[data-composer], [data-keep], [data-forget-drafts]": drafts,
  "[data-head-line]": headLine,
  "[data-errors]": errors,
};

function start(root) {
  for (const [selector, behaviour] of Object.entries(behaviours)) {
    if (root.querySelector(selector)) behaviour.start(root);
  }
}

document.addEventListener("lodesk:arrived", (event) => start(event.detail)); // a new <main>
start(document);
