/** Elements that every page of the app has. A missing one is a bug of the app, so it throws at once. */

/** The first element that matches. Throws if there is none. */
export function required<T extends Element = HTMLElement>(selector: string, within: ParentNode = document): T {
  const found = within.querySelector<T>(selector);
  if (found === null) throw new Error(`the page has no ${selector}`);
  return found;
}

/** A field of a form by its name. Throws if there is none. */
export function fieldOf<T extends Element = HTMLInputElement>(form: HTMLFormElement, name: string): T {
  const found = form.elements.namedItem(name);
  if (!(found instanceof Element)) throw new Error(`the form has no field ${name}`);
  return found as T;
}

/** A copy of a template's content. Only the replica renders markup. */
export function copyOf<T extends Element = HTMLElement>(id: string): T {
  const found = required<HTMLTemplateElement>(`template#${id}`).content.firstElementChild;
  if (found === null) throw new Error(`the template ${id} is empty`);
  return found.cloneNode(true) as T;
}
