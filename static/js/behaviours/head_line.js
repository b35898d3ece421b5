// The dossier's head in one line of 44 px, once the head itself has scrolled away.
export function start(root) {
  const head = root.querySelector("[data-head]");
  const line = root.querySelector("[data-head-line]");
  new IntersectionObserver(([entry]) => {
    line.hidden = entry.isIntersecting || entry.boundingClientRect.top > 0;
  }).observe(head);
}
