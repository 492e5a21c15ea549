"""Features of characters that are seen in the writing: all characters of a match have the feature."""

from __future__ import annotations

_NUMERALS = "〇零一二三四五六七八九十百千"
_ERA = "(?:慶応|明治|大正|昭和|平成|令和)"
_OLDER_ERA = (
    "(?:大化|天平|延暦|文永|応仁|天正|文禄|慶長|寛永|元禄|享保|宝暦|天明|寛政|文化|文政|天保"
    "|弘化|嘉永|安政|万延|文久|元治)"
)
_YEAR = (
    rf"(?:(?:{_ERA}|{_OLDER_ERA})(?:[0-9０-９]+|[{_NUMERALS}]+|元)"
    r"|(?:西暦|紀元前)?(?:[0-9０-９]{3,4}|[〇一二三四五六七八九]{3,4}))年(?!間)"
)
_MONTH_OR_DAY = rf"(?:[0-9０-９]{{1,2}}|[{_NUMERALS}]{{1,3}})(?:月|日)(?!間)"
_ELECTROMAGNETISM = """
電気 電流 電圧 電磁 電荷 電力 電池 電波 電子 電極 電灯 電球 電線 電動 静電 帯電 放電 充電 送電 発電 通電 感電 停電
磁気 磁石 磁場 磁界 磁力 磁針 磁極 磁性 超電導 超伝導 コイル モーター リニア 浮上 導線 導体 鉄心 回路 周波数
交流電 直流 ボルト アンペア ワット ヘルツ ファラデー マクスウェル アンペール エルステッド 雷 稲妻
""".split()
_RAILWAY = """
鉄道 列車 電車 汽車 新幹線 地下鉄 機関車 客車 貨車 車両 車掌 運転士 線路 路線 幹線 支線 本線 実験線 架線 レール
枕木 踏切 駅 改札 切符 乗車券 時刻表 終電 始発 国鉄 私鉄 JR リニア
""".split()

PATTERNS = {
    "digit": r"[0-9０-９]",
    "date_unit": rf"(?<=[0-9０-９{_NUMERALS}])[年月日]|(?<=元)年",
    "year": _YEAR,
    "date": rf"{_YEAR}|{_MONTH_OR_DAY}",
    "era": rf"{_ERA}|{_OLDER_ERA}(?=[0-9０-９{_NUMERALS}元]|年間)",
    "katakana": r"[ァ-ヺーｦ-ﾟ]",
    "hiragana": r"[ぁ-ゖ]",
    "kanji": r"[一-鿿㐀-䶿々〆\U00020000-\U0003ffff]",
    "latin": r"[A-Za-zＡ-Ｚａ-ｚ]",
    "sentence_end": r"[。！？!?]",
    "comma": r"[、，]",
    "middle_dot": r"・",
    "bracket": r"[「」『』（）()“”〈〉《》【】［］\[\]〔〕]",
    "opening_quote": r"[「『“]",
    "closing_quote": r"[」』”]",
    "quoted": r"(?<=「)[^「」]+(?=」)|(?<=『)[^『』]+(?=』)|(?<=“)[^“”]+(?=”)",
    "electromagnetism": "|".join(_ELECTROMAGNETISM),
    "railway": "|".join(_RAILWAY),
}
"""Regular expressions by feature, each for one passage at a time."""
