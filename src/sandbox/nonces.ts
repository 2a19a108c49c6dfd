/** Twice the window in which a signature counts, as a client's clock may be ahead by as much as it may be behind. */
const keptMs = 30 * 60_000;
const maxKept = 200_000;

/** Remembers the nonces of accepted requests, for as long as their signatures could be accepted again. */
export class Nonces {
  /** Oldest first, as a Map keeps the order of insertion. */
  readonly #seenAt = new Map<string, number>();

  /** False when this key has used the nonce before. */
  claim(accessKeyId: string, nonce: string, now: number): boolean {
    const key = `${accessKeyId} ${nonce}`;
    if (this.#seenAt.has(key)) return false;
    this.#forget(now);
    this.#seenAt.set(key, now);
    return true;
  }

  #forget(now: number): void {
    for (const [key, seenAt] of this.#seenAt) {
      if (seenAt + keptMs >= now && this.#seenAt.size < maxKept) return;
      this.#seenAt.delete(key);
    }
  }
}
