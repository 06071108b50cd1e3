/* A canvas over the map, moved and zoomed by Leaflet like any of its renderers. */
(function (root) {
  "use strict";
  const kanpo = (root.kanpo = root.kanpo || {});

  /** A renderer with one canvas in a pane of its own; who extends it draws in `_redraw` with `_pen`. */
  function define(L, pane, zIndex, name) {
    return L.Renderer.extend({
      options: { padding: 0.15, pane },

      beforeAdd: function (map) {
        this._map = map;
        if (!map.getPane(pane)) map.createPane(pane).style.zIndex = zIndex;
      },

      _initContainer: function () {
        this._container = L.DomUtil.create("canvas", name);
        this._container.setAttribute("aria-hidden", "true");
        this._pen = this._container.getContext("2d");
      },

      _destroyContainer: function () {
        this._container.remove();
        this._container = null;
      },

      _updatePaths: function () {},

      _update: function () {
        if (this._map._animatingZoom && this._bounds) return;
        L.Renderer.prototype._update.call(this);
        const size = this._bounds.getSize();
        const ratio = (this._ratio = root.devicePixelRatio || 1);
        this._container.width = Math.round(size.x * ratio);
        this._container.height = Math.round(size.y * ratio);
        this._container.style.width = size.x + "px";
        this._container.style.height = size.y + "px";
        L.DomUtil.setPosition(this._container, this._bounds.min);
        this._redraw();
        this.fire("update");
      },

      /** How outlines lie on the canvas now: pixels a unit, and where it begins. */
      _where: function () {
        const origin = this._map.getPixelOrigin().add(this._bounds.min).multiplyBy(this._ratio);
        return { scale: this._map.options.crs.scale(this._zoom) * this._ratio, left: origin.x, top: origin.y };
      },
    });
  }

  kanpo.sheet = { define };
})(globalThis);
