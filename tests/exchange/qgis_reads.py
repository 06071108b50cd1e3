"""What QGIS makes of a layer, as JSON on standard output; run by QGIS's own Python.

Arguments: the file, the layer, a picture to draw it to.
"""

import json
import sys
from collections import Counter

from qgis.core import (
    QgsApplication,
    QgsExpression,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProviderRegistry,
    QgsRenderContext,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

path, name, picture = sys.argv[1:4]
application = QgsApplication([], False)
application.initQgis()
layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
features = list(layer.getFeatures())
registry = QgsApplication.fieldFormatterRegistry()


def shown(feature):
    row = {}
    for column in layer.attributeTableConfig().columns():
        at = layer.fields().indexOf(column.name)
        if at >= 0 and not column.hidden:
            widget = layer.fields().at(at).editorWidgetSetup()
            words = registry.fieldFormatter(widget.type())
            row[layer.attributeDisplayName(at)] = words.representValue(
                layer, at, widget.config(), None, feature[at]
            )
    return row


def legend():
    if layer.renderer().type() != "RuleRenderer":
        return {}
    context, renderer, counted = QgsRenderContext(), layer.renderer().clone(), Counter()
    labels = {rule.ruleKey(): rule.label() for rule in layer.renderer().rootRule().children()}
    renderer.startRender(context, layer.fields())
    for feature in features:
        context.expressionContext().setFeature(feature)
        counted.update(
            labels[key] for key in renderer.legendKeysForFeature(feature, context) if key in labels
        )
    renderer.stopRender(context)
    return dict(counted)


def tip(feature):
    context = layer.createExpressionContext()
    context.setFeature(feature)
    return QgsExpression.replaceExpressionText(layer.mapTipTemplate(), context)


settings = QgsMapSettings()
settings.setLayers([layer])
settings.setDestinationCrs(layer.crs())
settings.setExtent(layer.extent())
settings.setOutputSize(QSize(400, 400))
settings.setBackgroundColor(QColor(255, 255, 255))
job = QgsMapRendererParallelJob(settings)
job.start()
job.waitForFinished()
image = job.renderedImage()
image.save(picture)
colours = Counter(QColor(image.pixel(x, y)).name() for x in range(0, 400, 2) for y in range(0, 400, 2))
answer = {
    "valid": layer.isValid(),
    "sublayers": [one.name() for one in QgsProviderRegistry.instance().querySublayers(path)],
    "renderer": layer.renderer().type(),
    "abstract": layer.metadata().abstract(),
    "rows": [shown(feature) for feature in features],
    "legend": legend(),
    "tips": [tip(feature) for feature in features],
    "labels": [layer.labelsEnabled(), layer.labeling().settings().minimumScale],
    "colours": dict(colours),
}
print(json.dumps(answer, ensure_ascii=False))
application.exitQgis()
