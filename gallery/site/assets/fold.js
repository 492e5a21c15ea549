// Characters that a reader takes for the same: full and half width, upper and lower case, runs of space.
export const tidy = (text) => text.normalize("NFKC").replace(/\s+/gu, " ").trim();
export const fold = (text) => tidy(text).toLowerCase();
