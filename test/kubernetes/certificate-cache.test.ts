import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CertificateCachePorts,
  type ClientCertificate,
  cachedCertificate,
  formatCertificate,
  isFresh,
  parseCertificate,
} from '../../src/kubernetes/certificate-cache.ts';

const key = 'a'.repeat(64);
const start = Date.UTC(2026, 0, 2);
const minute = 60_000;
const hour = 60 * minute;

function certificate(name: string, lifeMs: number, issuedAt = start): ClientCertificate {
  const pem = (what: string): string => `-----BEGIN ${what}-----\n${name}\n-----END ${what}-----\n`;
  return { certificate: pem('CERTIFICATE'), privateKey: pem('PRIVATE KEY'), issuedAt, expiresAt: issuedAt + lifeMs };
}

function setup(options: { kept?: string; now?: number; ports?: Partial<CertificateCachePorts> } = {}) {
  const state = { kept: options.kept, now: options.now ?? start, locked: 0, released: 0, lines: [] as string[] };
  const ports: CertificateCachePorts = {
    read: () => state.kept,
    write: (text) => {
      state.kept = text;
    },
    lock: async () => {
      state.locked += 1;
      return async () => {
        state.released += 1;
      };
    },
    now: () => state.now,
    debug: (line) => void state.lines.push(`debug: ${line}`),
    warn: (line) => void state.lines.push(`warn: ${line}`),
    isInterruption: () => false,
    ...options.ports,
  };
  return { state, ports };
}

const never = async (): Promise<ClientCertificate> => {
  throw new Error('ACK was asked');
};

describe('a client certificate', () => {
  it('is asked for once and then kept', async () => {
    const { state, ports } = setup();
    const issued = certificate('one', 3 * hour);
    expect(await cachedCertificate(key, async () => issued, ports)).toEqual(issued);
    expect(await cachedCertificate(key, never, ports)).toEqual(issued);
    expect([state.locked, state.released]).toEqual([1, 1]);
  });

  it.each([
    ['of 3 hours', 3 * hour, 144 * minute],
    ['of 30 minutes', 30 * minute, 20 * minute],
    ['of 15 minutes', 15 * minute, 5 * minute],
    ['of 3 years', 26_280 * hour, 21_024 * hour],
  ])('%s is renewed in the last fifth of its life, in its last 10 minutes at least', (_, lifeMs, freshMs) => {
    expect(isFresh(certificate('one', lifeMs), start)).toBe(true);
    expect(isFresh(certificate('one', lifeMs), start + freshMs - 1)).toBe(true);
    expect(isFresh(certificate('one', lifeMs), start + freshMs)).toBe(false);
  });

  it('that is to be renewed is replaced', async () => {
    const { state, ports } = setup({
      kept: formatCertificate(key, certificate('old', hour)),
      now: start + 50 * minute,
    });
    const renewed = certificate('new', hour, state.now);
    expect(await cachedCertificate(key, async () => renewed, ports)).toEqual(renewed);
    expect(parseCertificate(key, state.kept ?? '')).toEqual(renewed);
  });

  it('that could not be renewed is used until it expires, and no longer', async () => {
    const old = certificate('old', hour);
    const { state, ports } = setup({ kept: formatCertificate(key, old), now: start + hour - 1 });
    expect(await cachedCertificate(key, never, ports)).toEqual(old);
    expect(state.lines).toEqual([
      expect.stringMatching(/^warn: .* used until 2026-01-02T01:00:00.000Z: ACK was asked$/),
    ]);
    state.now += 1;
    await expect(cachedCertificate(key, never, ports)).rejects.toThrow('ACK was asked');
    expect(state.released).toBe(2);
  });

  it('is not used in place of an interruption', async () => {
    const { ports } = setup({
      kept: formatCertificate(key, certificate('old', hour)),
      now: start + 55 * minute,
      ports: { isInterruption: () => true },
    });
    await expect(cachedCertificate(key, never, ports)).rejects.toThrow('ACK was asked');
  });

  it('that somebody else renewed meanwhile is taken', async () => {
    const { state, ports } = setup({ now: start });
    const theirs = certificate('theirs', hour);
    ports.lock = async () => {
      state.kept = formatCertificate(key, theirs);
      return async () => {};
    };
    expect(await cachedCertificate(key, never, ports)).toEqual(theirs);
  });

  it.each([
    ['of another key', formatCertificate('b'.repeat(64), certificate('x', hour))],
    ['from the future', formatCertificate(key, certificate('x', hour, start + 2 * minute))],
    ['that never lived', formatCertificate(key, certificate('x', 0))],
    ['that is cut off', formatCertificate(key, certificate('x', hour)).slice(0, -20)],
    ['of the Go tool', JSON.stringify({ kind: 'ExecCredential', status: { clientCertificateData: '-----BEGIN ' } })],
    ['without a key', JSON.stringify({ ...JSON.parse(formatCertificate(key, certificate('x', hour))), privateKey: 1 })],
    ['that is nothing', ''],
    ['that is null', 'null'],
  ])('%s is as good as none', async (_, kept) => {
    const { state, ports } = setup({ kept });
    const issued = certificate('one', hour);
    expect(await cachedCertificate(key, async () => issued, ports)).toEqual(issued);
    expect(parseCertificate(key, state.kept ?? '')).toEqual(issued);
  });

  it('is given though it can be neither read nor kept', async () => {
    const fail = (): never => {
      throw new Error('no disk');
    };
    const { state, ports } = setup({ ports: { read: fail, write: fail } });
    const issued = certificate('one', hour);
    expect(await cachedCertificate(key, async () => issued, ports)).toEqual(issued);
    expect(state.lines.every((line) => line.startsWith('debug: ') && line.endsWith('no disk'))).toBe(true);
  });

  it('comes back as it was kept, and from no other text', () => {
    const pem = fc.string({ maxLength: 200 }).map((text) => `-----BEGIN ${text}`);
    const time = fc.integer({ min: 0, max: 4e12 });
    fc.assert(
      fc.property(pem, pem, time, fc.integer({ min: 1, max: 1e11 }), (cert, privateKey, issuedAt, lifeMs) => {
        const kept = { certificate: cert, privateKey, issuedAt, expiresAt: issuedAt + lifeMs };
        expect(parseCertificate(key, formatCertificate(key, kept))).toEqual(kept);
        expect(parseCertificate('c'.repeat(64), formatCertificate(key, kept))).toBeUndefined();
      }),
    );
    fc.assert(fc.property(fc.json(), (text) => parseCertificate(key, text) === undefined));
  });
});
