/** What a ping tells at its end. */
export interface PingSummary {
  /** Messages that were sent, each counted once however often it had to be sent. */
  sent: number;
  /** Messages that came back, each counted once. */
  received: number;
  /** Messages that were sent and never came back. */
  lost: number;
  /** How often a message came back that had come back before. */
  duplicated: number;
  /** Operations that failed, connecting among them; most of them lose nothing, as they are tried again. */
  errors: number;
  /** Connections after the first: renewed ones, and those made after the broker had dropped us. */
  reconnects: number;
  /** `received / (received + lost + errors)` in percent, two decimals; 0 when there was nothing at all. */
  successRate: number;
}

/** Keeps the books of one ping: which of its messages were sent, confirmed and received. */
export class MessageLedger {
  readonly #prefix: string;
  readonly #confirmedByNumber = new Map<number, boolean>();
  #sent = 0;
  #received = 0;
  #duplicated = 0;

  /** @param run tells the messages of this ping from everybody else's */
  constructor(run: string) {
    this.#prefix = `ack-ram-tool-ping-${run}-`;
  }

  get sent(): number {
    return this.#sent;
  }

  get received(): number {
    return this.#received;
  }

  /** Messages that have not come back yet. */
  get outstanding(): number {
    return this.#confirmedByNumber.size;
  }

  /** The message that was sent, and neither confirmed nor received: it is to be sent once more. */
  get unconfirmed(): number | undefined {
    for (const [number, confirmed] of this.#confirmedByNumber) if (!confirmed) return number;
    return undefined;
  }

  idOf(number: number): string {
    return `${this.#prefix}${number}`;
  }

  /** Counts a new message as sent. */
  send(): number {
    this.#sent += 1;
    this.#confirmedByNumber.set(this.#sent, false);
    return this.#sent;
  }

  confirm(number: number): void {
    if (this.#confirmedByNumber.has(number)) this.#confirmedByNumber.set(number, true);
  }

  /** The number of a message of this ping; `undefined` for everybody else's. */
  numberOf(id: string | undefined): number | undefined {
    if (id === undefined || !id.startsWith(this.#prefix)) return undefined;
    const number = Number(id.slice(this.#prefix.length));
    return this.idOf(number) === id && number >= 1 && number <= this.#sent ? number : undefined;
  }

  receive(number: number): void {
    if (this.#confirmedByNumber.delete(number)) this.#received += 1;
    else this.#duplicated += 1;
  }

  summary({ errors, reconnects }: { errors: number; reconnects: number }): PingSummary {
    const lost = this.outstanding;
    const total = this.#received + lost + errors;
    return {
      sent: this.#sent,
      received: this.#received,
      lost,
      duplicated: this.#duplicated,
      errors,
      reconnects,
      successRate: total === 0 ? 0 : Math.round((this.#received / total) * 10_000) / 100,
    };
  }
}
