/* Elements made without ever reading text as HTML. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});

  /** Make an element; attributes may be `class`, `text`, `style` (object), `on` (object), or any other name. */
  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === undefined || value === null || value === false) continue;
      if (name === "text") element.textContent = value;
      else if (name === "style") Object.assign(element.style, value);
      else if (name === "on") for (const event in value) element.addEventListener(event, value[event]);
      else element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  }

  /** Text that came with the data: set apart, so that marks of direction in it turn nothing else around. */
  function given(text, attributes) {
    return make("bdi", { ...attributes, text: String(text) });
  }

  function byId(id) {
    return document.getElementById(id);
  }

  kanpo.dom = { make, given, byId };
})(globalThis);
