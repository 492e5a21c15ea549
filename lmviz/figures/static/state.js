// What a reader has chosen. Figures of one text share a scope: hover shows, a choice is kept, Escape lets go.
// What is kept also stands in the address where a page speaks of a single text: t token, l layer, m method, f factor, s step of a training; u unit always.

export const KEYS = ["t", "l", "m", "f", "s", "u"];

/** What does not belong to one text: every scope of the page follows, and the address of any page says it. */
const SHARED = ["u"];

export class Scope extends EventTarget {
  #kept = new Map();
  #hovered = new Map();
  #checks = new Map();
  /** What the address says and no figure has accepted yet. */
  #asked = new URLSearchParams(location.search);
  /** Position that figures without one of their own show first. */
  fallback = null;
  /** Whether the address follows in all keys. */
  addressed = false;
  /** The scopes of the page, this one among them. */
  siblings = [this];

  /** What is hovered, or else kept, or else null. */
  shown(key) { return this.#hovered.get(key) ?? this.kept(key); }

  kept(key) { return this.#kept.get(key) ?? null; }

  /** Values a key may take: those that some figure accepts. Others are ignored, as in an address from elsewhere. */
  accept(key, check) { this.#checks.set(key, [...(this.#checks.get(key) ?? []), check]); }

  hover(key, value) {
    if ((this.#hovered.get(key) ?? null) === value) return;
    if (value === null) this.#hovered.delete(key); else this.#hovered.set(key, value);
    this.#changed(key);
  }

  keep(key, value) {
    for (const scope of SHARED.includes(key) ? this.siblings : [this]) {
      scope.#hovered.delete(key);
      scope.#asked.delete(key);
      if (value === null) scope.#kept.delete(key); else scope.#kept.set(key, value);
    }
    if (this.#keys().includes(key)) this.#write();
    for (const scope of SHARED.includes(key) ? this.siblings : [this]) scope.#changed(key);
  }

  /** Runs `listener(scope)` whenever one of `keys` changes. */
  follow(keys, listener, signal) {
    this.addEventListener("change", (event) => { if (keys.includes(event.detail)) listener(this); }, { signal });
  }

  /**
   * Takes what the address says, as far as some figure accepts it.
   * @param isLast whether no figure is still to start, which might accept the rest
   */
  read(isLast = true) {
    const taken = [];
    for (const key of this.#keys()) {
      const text = this.#asked.get(key);
      if (text === null) continue;
      const value = "tls".includes(key) && /^\d{1,12}$/.test(text) ? Number(text) : text;
      if (!(this.#checks.get(key) ?? []).some((check) => check(value))) continue;
      this.#asked.delete(key);
      this.#kept.set(key, value);
      taken.push(key);
    }
    if (isLast) this.#asked = new URLSearchParams();
    for (const key of taken) this.#changed(key);
  }

  /** As `read`, where the address has changed meanwhile. */
  reread(isLast) {
    this.#asked = new URLSearchParams(location.search);
    this.read(isLast);
  }

  /** Writes what is kept into the address, which may speak of earlier choices after the browser went back. */
  restate() { this.#write(); }

  #keys() { return this.addressed ? KEYS : SHARED; }

  #write() {
    const address = new URL(location.href);
    for (const key of this.#keys()) {
      const value = this.#kept.get(key) ?? this.#asked.get(key) ?? undefined;
      if (value === undefined) address.searchParams.delete(key); else address.searchParams.set(key, String(value));
    }
    if (address.href !== location.href) history.replaceState(history.state, "", address);
  }

  #changed(key) { this.dispatchEvent(new CustomEvent("change", { detail: key })); }
}
