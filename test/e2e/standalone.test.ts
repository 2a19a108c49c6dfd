import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { podOn } from '../support/pod.ts';
import { runProgram, scratchFolder, startedSandbox, type ToolOptions, type ToolResult } from '../support/tool.ts';

const { version } = manifest;
/** Where it is built, bun must be there: a pipeline that skips this ships what nobody has started. */
const isBuilt = process.platform === 'linux' && /^(x64|arm64)$/.test(process.arch);

function executable(): string {
  if (process.env.TOOL) return resolve(process.env.TOOL);
  const file = join(scratchFolder(), 'ack-ram-tool');
  execFileSync(process.execPath, ['build-standalone.mjs', `--outfile=${file}`], { encoding: 'utf8', stdio: 'pipe' });
  return file;
}

describe.skipIf(!isBuilt)('the standalone executable (linux x64 and arm64 only)', async () => {
  if (!isBuilt) return;
  const file = executable();
  const run = (argv: readonly string[], options?: ToolOptions): Promise<ToolResult> => runProgram(file, argv, options);
  const sandbox = await startedSandbox(['--update-time', '0s']);
  const home = scratchFolder();
  const env = { ...sandbox.env, HOME: home };
  const pod = await podOn(sandbox, home);
  const cluster = sandbox.clusters.foo;

  it('tells its version and its help, and nothing on stderr', async () => {
    expect(await run(['--version'])).toEqual({ exitCode: 0, stdout: `ack-ram-tool ${version}\n`, stderr: '' });
    expect(await run(['--help'])).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^Usage:/), stderr: '' });
  });

  it('exports static credentials', async () => {
    const { exitCode, stdout, stderr } = await run(['export-credentials', '-f', 'ecs-metadata-json'], { env });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ AccessKeyId: sandbox.env.ALIBABA_CLOUD_ACCESS_KEY_ID });
  });

  it('exchanges the token of a pod and runs a child, whose exit code is its own', async () => {
    const script = 'printf %s "$ALIBABA_CLOUD_ACCESS_KEY_ID"; exit 7';
    const { exitCode, stdout, stderr } = await run(['export-credentials', '--', 'sh', '-c', script], { env: pod });
    expect({ exitCode, stderr }).toEqual({ exitCode: 7, stderr: '' });
    expect(stdout).toMatch(/^STS\./);
  });

  it('calls ACK and RAM by their SDKs, quietly', async () => {
    const status = await run(['rrsa', 'status', '-c', cluster, '-o', 'json'], { env });
    expect(status).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(status.stdout)).toMatchObject({ enabled: true });
    const argv = ['rrsa', 'associate-role', '-c', cluster, '-r', 'other', '-n', 'ns', '-s', 'sa', '-y'];
    const role = await run([...argv, '--create-role-if-not-exist', '-o', 'json'], { env });
    expect(role.stderr).not.toMatch(/DEP0|deprecat/i);
    expect(JSON.parse(role.stdout)).toMatchObject({ created: true });
  });

  it('neither runs the bunfig.toml nor reads the .env of the folder it is started in', async () => {
    const cwd = scratchFolder();
    writeFileSync(join(cwd, 'preload.ts'), 'console.log("PRELOADED"); process.exit(99);');
    writeFileSync(join(cwd, 'bunfig.toml'), 'preload = ["./preload.ts"]\n[test]\npreload = ["./preload.ts"]\n');
    const planted = 'ALIBABA_CLOUD_ROLE_ARN=acs:ram::1:role/evil\nALIBABA_CLOUD_ACCESS_KEY_ID=LTAIevil\n';
    for (const name of ['.env', '.env.local', '.env.production']) writeFileSync(join(cwd, name), planted);
    writeFileSync(join(cwd, 'package.json'), '{"type":"commonjs","imports":{"#x":"./preload.ts"}}');
    writeFileSync(join(cwd, 'tsconfig.json'), '{"compilerOptions":{"paths":{"*":["./preload.ts"]}}}');
    const options = { cwd, env: { HOME: cwd } };
    expect((await run(['--version'], options)).stdout).toBe(`ack-ram-tool ${version}\n`);
    const child = await run(['export-credentials', '--', 'env'], { cwd, env });
    expect(child).toMatchObject({ exitCode: 0, stderr: '' });
    expect(child.stdout).not.toMatch(/evil|PRELOADED/);
    const none = await run(['auth', 'whoami'], options);
    expect(none.exitCode).not.toBe(0);
    expect(none.stdout + none.stderr).not.toMatch(/evil|PRELOADED/);
  });

  it.each([
    ['a command that is not there', ['no-such-command'], 2],
    ['a child that is not there', ['export-credentials', '--', '/no/such/program'], 127],
    ['a child that cannot be run', ['export-credentials', '--', '/etc/passwd'], 126],
    ['a child that a signal ended', ['export-credentials', '--', 'sh', '-c', 'kill -TERM $$'], 143],
  ])('ends for %s as the npm build does', async (_, argv, exitCode) => {
    const result = await run(argv, { env });
    expect(result.exitCode, result.stderr).toBe(exitCode);
    expect(result.stderr).not.toContain('$bunfs');
  });

  it('hands SIGTERM on to the child, and leaves no signal ignored in it', async () => {
    const script = 'trap "exit 9" TERM; grep -E "SigIgn|SigBlk" /proc/self/status; while :; do sleep 0.05; done';
    const { exitCode, stdout } = await run(['export-credentials', '--', 'bash', '-c', script], {
      env,
      onStart: (child) => child.stdout?.once('data', () => child.kill('SIGTERM')),
    });
    expect(exitCode).toBe(9);
    expect(stdout.match(/0{16}/g)).toHaveLength(2);
  });

  it('works with its standard input and output closed', async () => {
    const script = '"$0" export-credentials -- sh -c "exit 5" <&- >&- 2>&-; echo "$?"';
    expect((await runProgram('sh', ['-c', script, file], { env })).stdout).toBe('5\n');
  });

  describe('the exchange of a token', () => {
    /** An STS that answers as told; counts what it was asked. */
    async function sts(answer: (response: ServerResponse, incoming: IncomingMessage) => void) {
      const seen: string[] = [];
      const server = createServer((incoming, response) => {
        seen.push(`${incoming.method} ${incoming.headers.host}`);
        incoming.resume().on('end', () => answer(response, incoming));
      });
      await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
      afterAll(() => void server.close());
      return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
    }
    const exchange = (url: string, more: Record<string, string> = {}) =>
      run(['export-credentials', '-f', 'env'], {
        env: { ...pod, ACK_RAM_TOOL_STS_ENDPOINT: url, ACK_RAM_TOOL_MAX_RETRIES: '0', ...more },
      });

    it('follows no redirect', async () => {
      const other = await sts((response) => response.end('{}'));
      const first = await sts((response) => response.writeHead(307, { location: other.url }).end());
      expect((await exchange(first.url)).exitCode).not.toBe(0);
      expect([first.seen.length, other.seen.length]).toEqual([1, 0]);
    });

    it('never leaves for a proxy on the way to loopback', async () => {
      const proxy = await sts((response) => response.end('{}'));
      const direct = await sts((response) => response.writeHead(403).end('{"Code":"Direct","Message":"m"}'));
      const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY', 'all_proxy'];
      const { stderr } = await exchange(direct.url, Object.fromEntries(names.map((name) => [name, proxy.url])));
      expect(stderr).toContain('Direct');
      expect(proxy.seen).toEqual([]);
    });

    it.each([
      ['an answer without end', (response: ServerResponse) => endless(response), /more than \d+ bytes/],
      ['a cut connection', (response: ServerResponse) => void response.socket?.destroy(), /ECONNRESET/],
      ['silence', () => {}, /not all of it came within 0\.5 s/],
    ])('ends at %s', async (name, answer, words) => {
      const { url } = await sts(answer);
      const limit = name === 'silence' ? '500ms' : '20s';
      const more = { ACK_RAM_TOOL_READ_TIMEOUT: limit, ACK_RAM_TOOL_CONNECT_TIMEOUT: limit };
      const { exitCode, stderr } = await exchange(url, more);
      expect(stderr).toMatch(words);
      expect(exitCode).not.toBe(0);
    });

    function endless(response: ServerResponse): void {
      const part = Buffer.alloc(1024 * 1024, 'x');
      const more = (): void => {
        while (!response.destroyed && response.write(part));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    }

    it('stops at SIGINT', async () => {
      const server = await sts(() => child.kill('SIGINT'));
      const child = spawn(file, ['export-credentials', '-f', 'env'], {
        env: { PATH: process.env.PATH, ...pod, ACK_RAM_TOOL_STS_ENDPOINT: server.url },
        stdio: 'ignore',
      });
      expect(await new Promise((ended) => child.on('close', ended))).toBe(130);
    });
  });
});
