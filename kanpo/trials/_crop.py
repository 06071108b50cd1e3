"""Whether the crop on a pesticide's label is the herb that it was used on."""

from __future__ import annotations

import re

from kanpo.herbs import Herb
from kanpo.reading import fold_kana, normalise

#: Names on labels that take in every medicinal crop.
_ANY = ("薬用作物", "薬用作物類", "薬用植物", "その他", "そのた", "その他の作物", "その他の薬用作物")
_PARTED = re.compile(r"[、,;/・\n]+")
_BRACKETS = re.compile(r"\(([^()]*)\)")
#: In brackets behind a crop: what is grown to be looked at is not what is taken as a medicine.
_NOT_MEDICINAL = ("観賞", "花き", "切り花", "庭園")
#: Hiragana to katakana: labels write とうき, catalogues トウキ.
#: How labels call a herb beside the names of the catalogue.
_ON_LABELS = {
    "ninjin": ("薬用ニンジン", "薬用人参", "チョウセンニンジン", "朝鮮人参", "高麗人参"),
    "kanzo": ("カンゾウ",),
    "jio": ("ジオウ",),
    "ogon": ("オウゴン",),
    "oren": ("オウレン",),
    "ogi": ("オウギ",),
    "mishimasaiko": ("サイコ",),
    "hokkai_toki": ("トウキ",),
    "bushi": ("トリカブト", "ブシ"),
}


def crop_fits(crop: str, herb: Herb) -> bool:
    """Whether a label's crop, as written, takes in a herb: by its name, or as a medicinal crop.

    A label may name several crops, and say of a crop that it is the medicinal one (しゃくやく(薬用)).
    """
    plants = normalise(herb.plant_ja).replace(")", "").split("(")
    names = {*plants, herb.crude_drug_ja, herb.species, herb.herb_id, *_ON_LABELS.get(herb.herb_id, ())}
    plain = {_plain(name) for name in names}
    wanted = plain | {_plain(name) for name in _ANY}
    for part in _PARTED.split(_without_commas_in_brackets(normalise(crop))):
        beside = " ".join(_BRACKETS.findall(part))
        excluded = "除く" in beside and any(name in _plain(beside) for name in plain)
        excluded |= any(word in beside for word in _NOT_MEDICINAL)
        if not excluded and _plain(_BRACKETS.sub("", part)) in wanted:
            return True
    return False


def _without_commas_in_brackets(crop: str) -> str:
    return _BRACKETS.sub(lambda match: _PARTED.sub(" ", match[0]), crop)


def _plain(name: str) -> str:
    return fold_kana(name)
