// After a refused form the list of what to put right has the focus.
export function start(root) {
  root.querySelector("[data-errors]").focus();
}
