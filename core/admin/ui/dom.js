// @ts-check
/// <reference lib="dom" />
/**
 * Elements made and changed. Names, keys and errors come from outside: they reach the page as text nodes and attribute values
 * only, never as markup.
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * The element with this id, which index.html holds.
 *
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} id
 * @returns {T}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no element "${id}"`);
  return /** @type {T} */ (found);
}

/**
 * A new element. Strings among the children become text.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Readonly<Record<string, string>>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/**
 * A new element of a drawing. Numbers may be given as they are.
 *
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Readonly<Record<string, string | number>>} [attributes]
 * @param {...(Node | string)} children
 * @returns {SVGElementTagNameMap[K]}
 */
export function drawn(tag, attributes = {}, ...children) {
  const made = /** @type {SVGElementTagNameMap[K]} */ (document.createElementNS(SVG, tag));
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

/**
 * Changes an element's text if it differs: an untouched node keeps what is selected, and is not read out again.
 *
 * @param {Element} at
 * @param {string} text
 */
export function setText(at, text) {
  if (at.textContent !== text) at.textContent = text;
}

/**
 * Brings the rows of a table's body in line with `items`, each row kept as long as its key is there, so that focus survives.
 *
 * @template T
 * @param {HTMLElement} body
 * @param {readonly T[]} items
 * @param {(item: T) => string} keyOf
 * @param {(item: T) => HTMLElement} make
 * @param {(row: HTMLElement, item: T) => void} update
 */
export function syncRows(body, items, keyOf, make, update) {
  /** @type {Map<string, HTMLElement>} */
  const old = new Map();
  for (const row of /** @type {Iterable<HTMLElement>} */ ([...body.children])) old.set(row.dataset.key ?? "", row);
  /** @type {Element | null} */
  let next = body.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    let row = old.get(key);
    old.delete(key);
    if (row === undefined) {
      row = make(item);
      row.dataset.key = key;
    }
    update(row, item);
    if (row === next) next = row.nextElementSibling;
    else body.insertBefore(row, next);
  }
  for (const row of old.values()) row.remove();
}
