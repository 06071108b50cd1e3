"""Edit a project in real QGIS, as a person does with the mouse; run by QGIS's own Python (see README.md)."""

import sys

from qgis.core import QgsApplication, QgsFeature, QgsField, QgsGeometry, QgsPointXY, QgsVectorLayer, edit
from qgis.PyQt.QtCore import QVariant

application = QgsApplication([], False)
application.initQgis()
layer = QgsVectorLayer(f"{sys.argv[1]}|layername=parcels", "parcels", "ogr")
assert layer.isValid()
features = {feature["parcel_id"]: feature for feature in layer.getFeatures()}
with edit(layer):
    layer.changeAttributeValue(features["P1"].id(), layer.fields().indexFromName("lot_number"), "77")
    moved = QgsGeometry(features["P2"].geometry())
    moved.translate(0.0001, 0)
    layer.changeGeometry(features["P2"].id(), moved)
    layer.deleteFeature(features["P3"].id())
    added = QgsFeature(layer.fields())
    added["parcel_id"], added["lot_number"] = "Q1", "99"
    corners = [(139.9, 38.8), (139.9003, 38.8), (139.9003, 38.8003), (139.9, 38.8003), (139.9, 38.8)]
    added.setGeometry(QgsGeometry.fromPolygonXY([[QgsPointXY(x, y) for x, y in corners]]))
    layer.addFeature(added)
with edit(layer):
    layer.addAttribute(QgsField("memo", QVariant.String))
print("style:", layer.saveStyleToDatabase("筆の色", "", True, ""))
print("index:", layer.dataProvider().createSpatialIndex())
del layer
application.exitQgis()
