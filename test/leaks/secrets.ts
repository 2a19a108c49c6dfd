/** Secrets that cannot be mistaken for anything else, and how a piece of one is found again in whatever form. */
import { randomInt } from 'node:crypto';

/** Any piece of a secret of this length is a find. Long enough that none comes about by chance. */
const pieceLength = 14;
const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';

/** A value of 40 characters, with `special` in its middle: what has to be escaped somewhere. */
export function makeSecret(special = '+/='): string {
  const random = (length: number): string => Array.from({ length }, () => letters[randomInt(letters.length)]).join('');
  return `${random(20)}${special}${random(20 - special.length)}`;
}

export interface Found {
  /** What the secret is called in reports. Never its value. */
  name: string;
  /** The form in which it was found: `plain`, `base64`, … */
  form: string;
  /** What stands before it, to find the place in the source. */
  before: string;
}

/** The secrets of a run, and the search for them. */
export class Secrets {
  /** Every piece of every form. */
  readonly #pieces = new Map<string, { name: string; form: string }>();
  readonly #names = new Set<string>();

  /** How many secrets it knows. */
  get size(): number {
    return this.#names.size;
  }

  /** Makes a secret known; gives it back. */
  add(name: string, secret: string): string {
    this.#names.add(name);
    for (const [form, text] of formsOf(secret)) {
      for (let start = 0; start + pieceLength <= text.length; start += 1) {
        const piece = text.slice(start, start + pieceLength);
        if (!this.#pieces.has(piece)) this.#pieces.set(piece, { name, form });
      }
    }
    return secret;
  }

  /** A JSON Web Token: its header is the same for all of them. */
  addToken(name: string, token: string): string {
    const [, claims = '', signature = ''] = token.split('.');
    // Claims are shown decoded, so only what is both claims and base64 counts.
    this.add(name, signature);
    this.add(name, claims.slice(-60));
    return token;
  }

  /** A private key in PEM, by those lines of it that stand in no certificate. */
  addPrivateKey(name: string, pem: string): string {
    const lines = pem.split('\n').filter((line) => /^[A-Za-z0-9+/=]+$/.test(line));
    // A key on a curve is a number of 32 bytes, then its public half; an RSA key begins with what is public.
    const own = lines.length <= 4 ? [lines[0]?.slice(48), lines[1]?.slice(0, 26)] : lines.slice(8);
    for (const part of own) if (part !== undefined) this.add(name, part);
    return pem;
  }

  /** The first piece of a secret in a text, if any; those named in `allowed` do not count. */
  find(text: string, allowed: ReadonlySet<string> = new Set()): Found | undefined {
    for (let start = 0; start + pieceLength <= text.length; start += 1) {
      const found = this.#pieces.get(text.slice(start, start + pieceLength));
      if (found !== undefined && !allowed.has(found.name)) {
        return { ...found, before: text.slice(Math.max(0, start - 200), start) };
      }
    }
    return undefined;
  }
}

/** A secret as it is written in logs, URLs, headers and documents. */
function formsOf(secret: string): [form: string, text: string][] {
  const encoded = encodeURIComponent(secret);
  return [
    ['plain', secret],
    ['URL-encoded', encoded],
    ['URL-encoded twice', encodeURIComponent(encoded)],
    ['JSON', JSON.stringify(secret).slice(1, -1)],
    ['JSON within JSON', JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
    ['reversed', [...secret].reverse().join('')],
    ['hexadecimal', Buffer.from(secret).toString('hex')],
    ...base64Forms(secret),
  ];
}

/** Base64 of a text that holds the secret: by how many bytes stand before it, without the characters at its ends. */
function base64Forms(secret: string): [form: string, text: string][] {
  return [0, 1, 2].flatMap((before): [string, string][] => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret, 'latin1')]);
    const whole = bytes.subarray(0, bytes.length - (bytes.length % 3));
    const first = before === 0 ? 0 : 4;
    return [
      ['base64', whole.toString('base64').slice(first)],
      ['base64url', whole.toString('base64url').slice(first)],
    ];
  });
}
