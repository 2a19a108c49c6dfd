import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { SecureContext, SecureContextOptions } from 'node:tls';
import { afterAll } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts';
import { seedOf } from './seed.ts';

let started: Promise<Sandbox> | undefined;

/** A sandbox with the seed of the sweep and a certificate that has expired, of a CA that this process trusts. */
export function startedExpired(): Promise<Sandbox> {
  started ??= start();
  return started;
}

async function start(): Promise<Sandbox> {
  const sandbox = await startSandbox({ tls: true, faults: ['*:*=expired-certificate'], seed: seedOf({}) });
  trust(readFileSync(sandbox.caFile ?? '', 'utf8'));
  return sandbox;
}

afterAll(async () => {
  await (await started)?.close();
});

/** As NODE_EXTRA_CA_CERTS would, which is read when a process starts and not after. */
function trust(ca: string): void {
  const tls = createRequire(import.meta.url)('node:tls') as typeof import('node:tls');
  const { createSecureContext } = tls;
  tls.createSecureContext = (options?: SecureContextOptions): SecureContext => {
    const made = createSecureContext(options);
    (made.context as { addCACert(pem: string): void }).addCACert(ca);
    return made;
  };
}
