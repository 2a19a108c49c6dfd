import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { get as httpsGet } from 'node:https';
import { tmpdir } from 'node:os';
import { join, resolve as resolvePath } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, inject } from 'vitest';

/** The script of the npm build. */
export const bin = fileURLToPath(new URL('../../bin/ack-ram-tool.js', import.meta.url));

/** What starts the tool that is tested: the npm build, or the executable that `TOOL` names. */
export const toolCommand: readonly [string, ...string[]] = process.env.TOOL
  ? [resolvePath(process.env.TOOL)]
  : [process.execPath, bin];

export interface ToolResult {
  /** 128+n when signal n ended it. */
  exitCode: number;
  stdout: string;
  stderr: string;
}

export interface ToolOptions {
  env?: Record<string, string | undefined>;
  stdin?: string;
  cwd?: string;
  /** Gets the process as soon as it runs. */
  onStart?: (child: ChildProcess) => void;
}

/** A folder that goes away with the test run. */
export function scratchFolder(): string {
  return mkdtempSync(join(inject('scratchRoot'), 'folder-'));
}

/** Runs a program to its end with exactly the given environment, and PATH. */
export function runProgram(command: string, argv: readonly string[], options: ToolOptions = {}): Promise<ToolResult> {
  return new Promise((resolve, reject) => {
    const env = Object.fromEntries(
      Object.entries({ PATH: process.env.PATH, ...options.env }).filter(([, value]) => value !== undefined),
    );
    const child = spawn(command, argv, { env, cwd: options.cwd, stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({ exitCode: code ?? (signal === 'SIGKILL' ? 137 : 128), stdout, stderr }),
    );
    child.stdin.on('error', () => {});
    child.stdin.end(options.stdin ?? '');
    options.onStart?.(child);
  });
}

/** Runs the built tool to its end. */
export function runTool(argv: readonly string[], options: ToolOptions = {}): Promise<ToolResult> {
  const [command, ...first] = toolCommand;
  return runProgram(command, [...first, ...argv], options);
}

export interface RunningSandbox {
  endpoint: string;
  /** What makes the tool use it, as the administrator. */
  env: Record<string, string>;
  /** Clusters of the default seed by name. */
  clusters: Record<'foo' | 'bar' | 'foob', string>;
  /** What it holds now. */
  state(): Promise<SandboxState>;
  /** What it was asked so far, oldest first. */
  accessLog(): Promise<{ api: string; principal: string | null; status: number; code: string | null }[]>;
  /** Ends it; resolves with its exit code. */
  stop(): Promise<number>;
}

/** Starts `sandbox start` of the built tool. It is stopped at the end of the test file. */
export async function startedSandbox(flags: readonly string[] = []): Promise<RunningSandbox> {
  const [command, ...first] = toolCommand;
  const child = spawn(command, [...first, 'sandbox', 'start', ...flags], {
    env: { PATH: process.env.PATH, HOME: tmpdir() },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? -1)));
  const stop = (): Promise<number> => {
    child.kill('SIGTERM');
    return ended;
  };
  afterAll(stop);
  // Within a test `afterAll` comes too late to be heard, and a run that breaks off hears nothing.
  process.once('exit', () => child.kill('SIGKILL'));
  const line = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) resolve(text);
    });
    child.on('close', () => reject(new Error('the sandbox ended before it was ready')));
  });
  const { endpoint, env } = JSON.parse(line) as { endpoint: string; env: Record<string, string> };
  const state = () => readFromAdmin(env, 'state') as Promise<SandboxState>;
  const accessLog = () => readFromAdmin(env, 'access-log') as ReturnType<RunningSandbox['accessLog']>;
  const { clusters } = (await state()).accounts[0] ?? { clusters: [] };
  const ids = Object.fromEntries(clusters.map(({ name, id }) => [name, id])) as RunningSandbox['clusters'];
  return { endpoint, env, clusters: ids, state, accessLog, stop };
}

/** The parts of the sandbox's state that tests look at. */
export interface SandboxState {
  accounts: {
    users: { id: string; name: string }[];
    roles: { name: string; trustPolicy: string; systemPolicies: string[] }[];
    clusters: { id: string; name: string; state: string; issuers: string[]; rrsaEnabled: boolean; addons: unknown[] }[];
  }[];
}

function readFromAdmin(env: Record<string, string>, what: string): Promise<unknown> {
  const url = `${env.ACK_RAM_TOOL_SANDBOX_URL}/${what}`;
  const ca = env.NODE_EXTRA_CA_CERTS === undefined ? {} : { ca: readFileSync(env.NODE_EXTRA_CA_CERTS) };
  return new Promise((resolve, reject) => {
    const onAnswer = (answer: IncomingMessage): void => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => (text += part));
      answer.on('end', () => resolve(JSON.parse(text)));
    };
    const options = { agent: false as const, ...ca };
    (url.startsWith('https:') ? httpsGet : httpGet)(url, options, onAnswer).on('error', reject);
  });
}
