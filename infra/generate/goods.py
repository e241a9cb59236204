"""What people buy: a small made-up range of goods."""

from decimal import Decimal

from events.values import Value

KILOGRAM, LITRE = "035", "095"
_TIN, _PACK, _BAG, _BOX, _BOTTLE, _STICK = "122", "125", "136", "140", "142", "012"
_PIECE = "011"
_JAPAN, _GERMANY, _FRANCE, _NETHERLANDS, _UNITED_STATES, _AUSTRALIA, _NEW_ZEALAND = (
    "116",
    "304",
    "305",
    "309",
    "502",
    "601",
    "609",
)


class Good(Value):
    """One article. `legal` is the legal quantity of one piece in `legal_unit`, `kilos` its net weight."""

    item_no: str
    name: str
    model: str
    unit: str
    price: Decimal
    gcode: str
    legal: Decimal
    legal_unit: str
    kilos: Decimal
    origin: str


def _good(item_no: str, name: str, model: str, unit: str, *, price: str, gcode: str, kilos: str, origin: str) -> Good:
    return Good(
        item_no=item_no,
        name=name,
        model=f"测试牌|{model}",
        unit=unit,
        price=Decimal(price),
        gcode=gcode,
        legal=Decimal(kilos),
        legal_unit=KILOGRAM,
        kilos=Decimal(kilos),
        origin=origin,
    )


RANGE = (
    _good(
        "SKU-0001",
        "婴幼儿配方奶粉",
        "3段|900g/罐",
        _TIN,
        price="188",
        gcode="1901101000",
        kilos="0.9",
        origin=_NETHERLANDS,
    ),
    _good("SKU-0002", "婴儿纸尿裤", "L码|54片/包", _PACK, price="109", gcode="9619001100", kilos="2.1", origin=_JAPAN),
    _good(
        "SKU-0003",
        "鱼油软胶囊",
        "1000mg*400粒/瓶",
        _BOTTLE,
        price="149",
        gcode="2106909090",
        kilos="0.62",
        origin=_AUSTRALIA,
    ),
    _good(
        "SKU-0004",
        "复合维生素片",
        "120片/瓶",
        _BOTTLE,
        price="96",
        gcode="2106909090",
        kilos="0.18",
        origin=_UNITED_STATES,
    ),
    _good("SKU-0005", "保湿面霜", "50g/瓶", _BOTTLE, price="168", gcode="3304990000", kilos="0.05", origin=_FRANCE),
    _good("SKU-0006", "防晒乳", "60g/支", _STICK, price="89", gcode="3304990000", kilos="0.06", origin=_JAPAN),
    _good("SKU-0007", "洗发水", "480ml/瓶", _BOTTLE, price="59", gcode="3305100000", kilos="0.48", origin=_JAPAN),
    _good(
        "SKU-0008",
        "烘焙咖啡豆",
        "未浸除咖啡碱|1kg/袋",
        _BAG,
        price="128",
        gcode="0901210000",
        kilos="1",
        origin=_GERMANY,
    ),
    _good("SKU-0009", "水果燕麦片", "800g/袋", _BAG, price="49", gcode="1904100000", kilos="0.8", origin=_JAPAN),
    _good("SKU-0010", "蜂蜜糖果", "240g/盒", _BOX, price="79", gcode="1704900000", kilos="0.24", origin=_NEW_ZEALAND),
    _good(
        "SKU-0011",
        "干红葡萄酒",
        "13%vol|750ml/瓶",
        _BOTTLE,
        price="138",
        gcode="2204210000",
        kilos="0.75",
        origin=_FRANCE,
    ).model_copy(update={"legal": Decimal("0.75"), "legal_unit": LITRE}),
)

HANDBAG = _good(
    "SKU-0101",
    "牛皮手提包",
    "30cm|皮革制",
    _PIECE,
    price="26800",
    gcode="4202210090",
    kilos="0.9",
    origin=_FRANCE,
).model_copy(update={"legal": Decimal(1), "legal_unit": _PIECE})
"""Dearer than one person may buy in a year (财关税〔2018〕49号: 26,000 CNY)."""
