// Characters that a reader takes for the same: full and half width, upper and lower case, the two kana, runs of space.
export const tidy = (text) => text.normalize("NFKC").replace(/\s+/gu, " ").trim();
const hiragana = (text) => text.replace(/[ァ-ヶ]/g, (one) => String.fromCharCode(one.charCodeAt(0) - 0x60));
export const fold = (text) => hiragana(tidy(text).toLowerCase());
