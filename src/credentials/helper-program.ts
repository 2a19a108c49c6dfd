import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { ToolError } from '../errors.ts';
import { killProcess } from '../io.ts';
import { sha256 } from './cache-key.ts';
import { type Configured, type ProfilePorts, readKeys, refuseWhenDisabled } from './profile-kinds.ts';
import { createSection, type Section } from './profile-section.ts';
import type { Credentials } from './provider.ts';
import { splitWords } from './split-words.ts';

/** Far more than a profile has. */
const maxOutputBytes = 64 * 1024;
/** A helper that has ended may leave something behind which keeps its output open: nothing more comes from that. */
const lingerMs = 500;
/** Which profiles are being resolved by the programs above this one, as hashes. */
const chainVariable = 'ACK_RAM_TOOL_HELPER_CHAIN';
const longestChain = 8;

/**
 * The keys that a program prints, run afresh at every call: a JSON object with `mode` (AK or StsToken; absent: by the
 * keys), `access_key_id`, `access_key_secret`, `sts_token` and, when they expire, `expiration` (ISO 8601).
 *
 * It runs without a shell, its stdin empty and its stderr thrown away, for `readTimeoutMs` at most, and is killed with
 * everything it started when it takes longer, prints more than 64 KiB, or we are interrupted (on Windows it is killed
 * alone). A program that comes back to this very profile is stopped. Nothing that it prints is ever quoted.
 */
export function helperProgram(section: Section, key: string, ports: ProfilePorts): Configured {
  const line = section.required(key);
  refuseWhenDisabled(section, ports.env);
  const [command, ...args] = splitWords(line, ports.platform) ?? [];
  if (!command) throw section.broken(`${key} is no command line: it is empty, or a quote in it is not closed`);
  const self = sha256(section.place).slice(0, 16);
  const above = (ports.env[chainVariable] ?? '').split(',').filter((text) => text !== '');
  if (above.includes(self) || above.length >= longestChain) {
    throw section.broken(`the program of ${key} asks for the credentials of this same profile again`, {
      hint: `let ${key} name a program, or a profile, that has credentials of its own`,
    });
  }
  const env = { ...withoutAbsent(ports.env), [chainVariable]: [...above, self].join(',') };
  return {
    async provider() {
      const output = await run(command, args, { env, section, key, ports });
      return parsePrinted(output, section, key, ports.clock.now());
    },
    isStatic: false,
    // Another login within the program gives other credentials, and nothing here would show it.
    identity: async () => undefined,
  };
}

/** The keys in what the program of `key` printed. Throws `CREDENTIALS_SOURCE_BROKEN`. */
export function parsePrinted(output: string, section: Section, key: string, now: number): Credentials {
  const printed = parseObject(output);
  if (printed === undefined) throw section.broken(`the program of ${key} printed something other than a JSON object`);
  const result = createSection(`what the program of ${key} printed for ${section.place}`, (name) =>
    Object.hasOwn(printed, name) ? printed[name] : undefined,
  );
  const hasToken = result.text('sts_token') !== undefined;
  const mode = (result.text('mode') ?? (hasToken ? 'StsToken' : 'AK')).toLowerCase();
  if (mode !== 'ak' && mode !== 'ststoken') throw result.broken('mode is neither AK nor StsToken');
  const token = mode === 'ststoken' ? ['sts_token'] : undefined;
  const credentials = readKeys(result, { id: 'access_key_id', secret: 'access_key_secret', token });
  const expires = result.text('expiration');
  if (expires === undefined || token === undefined) return credentials;
  const expiration = new Date(expires);
  if (!/^\d{4}-\d\d-\d\dT/.test(expires) || Number.isNaN(expiration.getTime()))
    throw result.broken('expiration is no time');
  if (expiration.getTime() <= now) throw result.broken(`its keys expired at ${expiration.toISOString()}`);
  return { ...credentials, expiration };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

interface Run {
  env: Record<string, string>;
  section: Section;
  key: string;
  ports: ProfilePorts;
}

/** What the program printed. Throws `CREDENTIALS_SOURCE_BROKEN`, or the reason of the signal. */
function run(command: string, args: readonly string[], { env, section, key, ports }: Run): Promise<string> {
  const { signal, clock, readTimeoutMs, platform } = ports;
  const failed = (fault: string, hint?: string): ToolError =>
    section.broken(`the program of ${key} ${fault}`, { hint });
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const ownGroup = platform !== 'win32';
    let child: ChildProcessByStdio<null, Readable, null>;
    try {
      const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
      child = spawn(command, [...args], { env, shell: false, detached: ownGroup, windowsHide: true, stdio });
    } catch (error) {
      reject(failed(startFault(error)));
      return;
    }
    const chunks: Buffer[] = [];
    let length = 0;
    const settled = new AbortController();
    const settle = (finish: () => void): void => {
      if (settled.signal.aborted) return;
      settled.abort();
      signal.removeEventListener('abort', onAbort);
      child.stdout.destroy();
      finish();
    };
    const stop = (error: unknown): void => {
      if (child.pid !== undefined) killProcess(child.pid, ownGroup);
      settle(() => reject(error));
    };
    const onAbort = (): void => stop(signal.reason);
    const finish = (code: number | null, by: NodeJS.Signals | null): void =>
      settle(() => {
        if (by !== null) reject(failed(`was ended by ${by}`));
        else if (code !== 0)
          reject(failed(`ended with exit code ${code}`, 'run it by hand: what it says is not shown here'));
        else resolve(Buffer.concat(chunks).toString('utf8'));
      });
    const after = (ms: number, act: () => void): void => {
      clock.sleep(ms, settled.signal).then(act, () => {});
    };

    signal.addEventListener('abort', onAbort, { once: true });
    after(readTimeoutMs, () => stop(failed(`did not end within ${readTimeoutMs / 1000} s and was stopped`)));
    child.stdout.on('error', () => {});
    child.stdout.on('data', (chunk: Buffer) => {
      length += chunk.length;
      chunks.push(chunk);
      if (length > maxOutputBytes) stop(failed(`printed more than ${maxOutputBytes / 1024} KiB and was stopped`));
    });
    child.on('error', (error) => {
      if (child.pid === undefined) settle(() => reject(failed(startFault(error))));
    });
    child.once('exit', (code, by) => after(lingerMs, () => finish(code, by)));
    child.once('close', finish);
  });
}

/** Node's own message holds the whole command line. */
function startFault(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'was not found';
  if (code === 'EACCES' || code === 'EPERM') return 'is not executable';
  return `cannot be started${typeof code === 'string' ? ` (${code})` : ''}`;
}

function withoutAbsent(env: ProfilePorts['env']): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
