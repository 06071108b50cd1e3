/* Elements from text, never from markup. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});

  /** An element; `settings` are properties, listeners (onclick …), or attributes such as aria-label. */
  function el(tag, settings = {}, ...children) {
    const made = tag === "svg" || tag === "polygon" || tag === "text" || tag === "g" ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
    for (const [key, value] of Object.entries(settings)) {
      if (value === undefined || value === null) continue;
      if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else if (key in made && !(made instanceof SVGElement)) made[key] = value;
      else made.setAttribute(key, value);
    }
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
  }

  const byId = (id) => document.getElementById(id);

  kanpo.dom = { el, byId };
})(globalThis);
