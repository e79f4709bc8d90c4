"""What lists call a business (“Friseur”, “Schuhe”), and which kind of business that is. Pure.

Own sorting of the words that shop signs and lists of German towns use; the kinds are those of the mix of a street.
"""

from __future__ import annotations

import re

from leerstand.kinds import Category

# What a word of the list may begin with, in the spelling of :func:`simple`; the first kind that fits is taken.
BEGINNINGS: tuple[tuple[Category, str], ...] = (
    (Category.HEALTH, "apothek arzt aerzt zahnarzt praxis physio optik brillen hoergeraet hoerakustik sanitaetshaus "
                      "gesundheit pflegedienst therapie heilprakt massage"),
    (Category.GASTRONOMY, "gastro restaurant cafe caf bistro imbiss doener kebab pizz bar kneipe gasthaus gaststaette "
                          "eisdiele eiscafe wirtshaus weinstube schnellrestaurant sushi burger hotel teestube"),
    (Category.FOOD, "lebensmittel baecker backshop backwaren konditor metzger fleischer supermarkt getraenke "
                    "feinkost obst gemuese wein tee kaffeeroest reformhaus bioladen suesswaren kiosk hofladen fisch"),
    (Category.CRAFT, "handwerk schneider aenderungsschneider schuster schuhmacher schluesseldienst goldschmied "
                     "uhrmacher polster tischler schreiner glaser werkstatt raumausstatt manufaktur"),
    (Category.CULTURE, "kultur galerie kunst atelier theater kino museum musikschule"),
    (Category.EDUCATION, "bildung schule nachhilfe volkshochschule fahrschule sprachschule bibliothek buecherei"),
    (Category.SPORT, "fitness sportstudio yoga tanzschule kampfsport"),
    (Category.SOCIAL, "sozial verein beratungsstelle jugend kita kindergarten"),
    (Category.WORK, "buero coworking kanzlei agentur ingenieur architekt"),
    (Category.LOGISTICS, "paketshop post paket logistik kurier"),
    (Category.SERVICE, "dienst friseur frisoer barber kosmetik nagel tattoo sonnenstudio reinigung waescherei bank "
                       "sparkasse versicherung reisebuero immobilien makler steuerberat fotostudio copyshop wettbuero "
                       "spielhalle bestatt telekommunikation mobilfunk"),
    (Category.RETAIL, "einzelhandel handel mode bekleidung textil schuh schmuck juwelier uhren buch buecher "
                      "schreibwaren spielwaren blumen florist drogerie parfuemerie elektro elektronik handy moebel "
                      "haushalt geschenk sport fahrrad leder taschen musik tabak zeitschrift zoo baumarkt "
                      "kaufhaus warenhaus sonderposten ein-euro second secondhand wolle stoff antik"),
)  # fmt: skip
ENDINGS: tuple[tuple[Category, str], ...] = (
    (Category.GASTRONOMY, "restaurant cafe bistro imbiss gaststaette"),
    (Category.FOOD, "baeckerei metzgerei markt"),
    (Category.CRAFT, "werkstatt schneiderei"),
    (Category.HEALTH, "praxis apotheke"),
    (Category.EDUCATION, "schule"),
    (Category.SERVICE, "salon studio"),
    (Category.RETAIL, "laden handel waren haus geschaeft mode"),
)


def simple(typed: str) -> str:
    """Small letters, no umlauts, no accents on “café”."""
    small = typed.lower().replace("é", "e")
    for sign, written in (("ß", "ss"), ("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        small = small.replace(sign, written)
    return small


def trade(typed: str) -> Category | None:
    """The kind of business of the first word that says one; None where no word does."""
    words = re.findall(r"[a-z-]{3,}", simple(typed))
    for word in words:
        for kind, beginnings in BEGINNINGS:
            if any(word == one or (len(one) > 3 and word.startswith(one)) for one in beginnings.split()):
                return kind
    for word in words:
        for kind, endings in ENDINGS:
            if word.endswith(tuple(endings.split())):
                return kind
    return None
