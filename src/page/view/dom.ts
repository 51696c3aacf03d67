/** The element with this id, which is in the page. */
export function element<T extends Element = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found as unknown as T;
}

/** Writes a text if it is another one: screen readers repeat what is written again. */
export function write(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/** Sets an attribute if it has another value. */
export function setAttribute(target: Element, name: string, value: string): void {
  if (target.getAttribute(name) !== value) target.setAttribute(name, value);
}

/** The parts of an address with places between them where it may go on in the next line. */
export function breakable(address: string): (string | Node)[] {
  return (address.match(/[^/]*\/+|[^/]+$/g) ?? []).flatMap((part) => [part, document.createElement('wbr')]);
}

/** Makes an element with a class and with what belongs in it. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...inside: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  made.append(...inside);
  return made;
}
