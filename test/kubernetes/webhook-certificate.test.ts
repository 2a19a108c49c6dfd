import { mkdirSync, mkdtempSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeSelfSigned } from '../../src/kubernetes/self-signed.ts';
import { type CertificateSource, readCertificate, watchCertificate } from '../../src/kubernetes/webhook-certificate.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { scratchFolder } from '../support/tool.ts';

const [first, second] = await Promise.all([makeSelfSigned('a', Date.now()), makeSelfSigned('b', Date.now())]);
const scratch = scratchFolder();
const readFile = async (path: string): Promise<string> => readFileSync(path, 'latin1');

/** As a kubelet lays a Secret out: files are links into `..data`, which is a link that is swapped. */
function mountedSecret() {
  const folder = mkdtempSync(join(scratch, 'secret-'));
  let version = 0;
  const swap = (cert: string, key: string): void => {
    version += 1;
    const data = join(folder, `..${version}`);
    mkdirSync(data);
    writeFileSync(join(data, 'tls.crt'), cert);
    writeFileSync(join(data, 'tls.key'), key);
    symlinkSync(`..${version}`, join(folder, '..data_tmp'));
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
  };
  for (const name of ['tls.crt', 'tls.key']) symlinkSync(join('..data', name), join(folder, name));
  const source = { certFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key'), readFile };
  return { swap, source };
}

function sourceOf(cert: string, key: string): CertificateSource {
  const { swap, source } = mountedSecret();
  swap(cert, key);
  return source;
}

describe('reading a certificate', () => {
  it('gives it with its end', async () => {
    const { cert, key, expiresAt, fingerprint } = await readCertificate(sourceOf(first.cert, first.key));
    expect({ cert, key }).toEqual({ cert: first.cert, key: first.key });
    expect(Math.abs(expiresAt.getTime() - first.expiresAt.getTime())).toBeLessThanOrEqual(1000);
    expect(fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  });

  it.each([
    ['the key of another one', first.cert, second.key],
    ['no certificate', 'planted', first.key],
    ['no key', first.cert, 'planted'],
    ['nothing', '', ''],
    ['both the wrong way round', first.key, first.cert],
  ])('%s is refused, and shows nothing of the files', async (_what, cert, key) => {
    const error = await readCertificate(sourceOf(cert, key)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'FILE_INVALID' });
    expect((error as Error).message).not.toContain('planted');
    expect((error as Error).message).not.toContain('PRIVATE');
  });
});

describe('watching a certificate', () => {
  async function watched(events: (swap: ReturnType<typeof mountedSecret>['swap']) => (() => void)[]) {
    const { swap, source } = mountedSecret();
    swap(first.cert, first.key);
    const clock = fakeClock();
    const stop = new AbortController();
    const seen: string[] = [];
    const list = events(swap);
    for (const [index, event] of list.entries()) clock.at(clock.now() + 3_000 + index * 6_000, event);
    clock.at(clock.now() + 3_000 + list.length * 6_000, () => stop.abort());
    const watching = watchCertificate(source, await readCertificate(source), {
      sleep: (ms, signal) => clock.sleep(ms, signal),
      signal: stop.signal,
      onChange: ({ cert }) => seen.push(cert === first.cert ? 'first' : cert === second.cert ? 'second' : 'other'),
      onProblem: (message) => seen.push(message.includes('no certificate and its key') ? 'problem' : message),
    });
    await clock.run(watching);
    return seen;
  }

  it('tells of a swapped link, once', async () => {
    expect(await watched((swap) => [() => swap(second.cert, second.key), () => swap(second.cert, second.key)])).toEqual(
      ['second'],
    );
  });

  it('keeps the last one while the files do not fit, says so once, and takes the next that do', async () => {
    expect(
      await watched((swap) => [
        () => swap(second.cert, first.key),
        () => {},
        () => swap(first.cert, first.key),
        () => swap(second.cert, second.key),
      ]),
    ).toEqual(['problem', 'second']);
  });
});
