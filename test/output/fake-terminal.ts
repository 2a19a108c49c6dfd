import { Writable } from 'node:stream';
import type { OutputStream } from '../../src/io.ts';

/** A terminal that remembers what can be seen on it: enough of one for a spinner on the last line. */
export class FakeTerminal extends Writable {
  isTTY = true;
  columns = 80;
  #lines = [''];
  #column = 0;
  /** Everything that was written to it. */
  written = '';

  override _write(chunk: Buffer | string, _encoding: BufferEncoding, done: () => void): void {
    this.written += String(chunk);
    for (const character of String(chunk).replace(/\x1b\[\??[0-9;]*[a-zA-Z]/g, '')) this.#put(character);
    done();
  }

  #put(character: string): void {
    if (character === '\n') {
      this.#lines.push('');
      this.#column = 0;
      return;
    }
    const line = this.#lines.at(-1) ?? '';
    this.#lines[this.#lines.length - 1] =
      line.slice(0, this.#column).padEnd(this.#column) + character + line.slice(this.#column + 1);
    this.#column += 1;
  }

  cursorTo(column: number): boolean {
    this.#column = column;
    return true;
  }

  moveCursor(): boolean {
    return true;
  }

  clearLine(): boolean {
    const line = this.#lines.at(-1) ?? '';
    this.#lines[this.#lines.length - 1] = line.slice(0, this.#column);
    return true;
  }

  /** The lines as they look now. */
  screen(): string[] {
    return [...this.#lines];
  }

  asStream(): OutputStream {
    return this as unknown as OutputStream;
  }
}
