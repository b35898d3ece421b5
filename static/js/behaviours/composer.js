// The button names the act: "Record: answer". Which controls a kind needs is said by the style sheet.
function name(form) {
  const button = form.querySelector("[data-act]");
  const kind = form.elements.kind;
  if (!button || !kind) return;
  const chosen = kind.selectedOptions[0].textContent;
  const word = document.documentElement.lang === "de" ? chosen : chosen.toLocaleLowerCase();
  button.textContent = `${button.dataset.words}: ${word}`;
}

export function start(root) {
  root.querySelectorAll("[data-composer]").forEach((form) => {
    name(form);
    form.addEventListener("change", () => name(form));
  });
}
