import { spawn } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withoutCredentials } from '../../credentials/child-environment.ts';
import { ToolError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { type Colour, colourFor } from '../../output/colour.ts';
import { asIs, type Translate } from '../../output/language.ts';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { type TourStep, tourRole, tourSteps } from '../../sandbox/tour-steps.ts';
import { makeTemporaryFolder } from '../../temporary-folder.ts';
import type { CommandInput } from '../spec.ts';

/** Time to read a step before the next one, at a terminal only. */
const readingMs = 900;
const accountId = '1000000000000001';

/** As one would type it: quoted where a shell needs it. */
function shown(argv: readonly string[]): string {
  const words = argv.map((word) => (/^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`));
  return ['ack-ram-tool', ...words].join(' ');
}

/**
 * Runs one command line of this program; what it prints is shown as it comes, unless `quiet`.
 * Throws the reason of `io.signal` once that is aborted and the command has ended.
 */
async function runSelf(
  io: Io,
  argv: readonly string[],
  env: Record<string, string>,
  options: { cwd: string; quiet: boolean },
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  io.signal.throwIfAborted();
  const [runtime = '', ...args] = [...io.self, ...argv];
  return new Promise((resolve, reject) => {
    const child = spawn(runtime, args, { env, cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const stop = (): void => void child.kill('SIGKILL');
    io.signal.addEventListener('abort', stop, { once: true });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
      if (!options.quiet) io.stdout.write(chunk);
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
      io.stdout.write(chunk);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      io.signal.removeEventListener('abort', stop);
      if (io.signal.aborted) reject(io.signal.reason);
      else resolve({ exitCode: code ?? 1, stdout, stderr });
    });
  });
}

async function playStep(step: TourStep, number: number, stage: Stage): Promise<void> {
  const { io, colour, facts, env, translate } = stage;
  const fill = (text: string): string => text.replace(/\{(\w+)\}/g, (whole, name: string) => facts[name] ?? whole);
  const argv = step.argv.map(fill);
  io.stdout.write(`\n${colour.bold(`${number}. ${translate(step.says)}`)}\n`);
  const target = step.to === undefined ? undefined : facts[step.to];
  const redirect = target === undefined ? '' : ` > ${target}`;
  io.stdout.write(`${colour.cyan(`${step.asPod ? 'pod ' : ''}$ ${shown(argv)}${redirect}`)}\n`);
  const result = await runSelf(io, argv, step.asPod ? stage.podEnv : env, {
    cwd: stage.folder,
    quiet: target !== undefined,
  });
  if (target !== undefined) await writeFile(join(stage.folder, target), result.stdout, { mode: 0o600 });
  const said = result.stdout + result.stderr;
  const missing = step.expects.map(fill).filter((text) => !said.includes(text));
  if (result.exitCode !== step.exitCode || missing.length > 0) {
    throw new ToolError('CHILD_FAILED', `step ${number} of the tour did not go as told: exit code ${result.exitCode}`, {
      details: { expectedExitCode: step.exitCode, missing },
    });
  }
  if (step.exitCode !== 0) io.stdout.write(colour.dim(translate(`(exit code ${result.exitCode}, as it should be)\n`)));
  if (io.stdout.isTTY) await io.sleep(readingMs, io.signal);
}

interface Stage {
  io: Io;
  /** Where the steps are run. */
  folder: string;
  colour: Colour;
  facts: Record<string, string>;
  env: Record<string, string>;
  podEnv: Record<string, string>;
  translate: Translate;
}

async function stageFor(io: Io, sandbox: Sandbox, folder: string, translate: Translate): Promise<Stage> {
  const cluster = sandbox.store.accounts[0]?.clusters[0]?.id ?? '';
  const facts = {
    cluster,
    roleArn: `acs:ram::${accountId}:role/${tourRole}`,
    providerArn: `acs:ram::${accountId}:oidc-provider/ack-rrsa-${cluster}`,
    token: './token',
    wrongToken: './wrong-token',
  };
  const clean = { ...withoutCredentials(io.env), HOME: folder, XDG_STATE_HOME: folder, XDG_CACHE_HOME: folder };
  const podEnv: Record<string, string> = {
    ...clean,
    ...sandbox.env,
    ALIBABA_CLOUD_ROLE_ARN: facts.roleArn,
    ALIBABA_CLOUD_OIDC_PROVIDER_ARN: facts.providerArn,
    ALIBABA_CLOUD_OIDC_TOKEN_FILE: facts.token,
  };
  delete podEnv.ALIBABA_CLOUD_ACCESS_KEY_ID;
  delete podEnv.ALIBABA_CLOUD_ACCESS_KEY_SECRET;
  return {
    io,
    folder,
    colour: await colourFor(io.stdout, io.env),
    facts,
    env: { ...clean, ...sandbox.env },
    podEnv,
    translate,
  };
}

export async function run({ translate = asIs }: CommandInput, io: Io): Promise<number> {
  const folder = await makeTemporaryFolder('tour');
  const sandbox = await startSandbox({ now: io.now });
  try {
    const stage = await stageFor(io, sandbox, folder, translate);
    const { colour, facts } = stage;
    io.stdout.write(
      translate(
        `A sandbox serves a local ACK, RAM, STS and OIDC issuer at ${sandbox.endpoint}; nothing leaves this machine.\n` +
          `Every step is a command line of this tool, and every answer comes over HTTP, signatures and policies checked.\n`,
      ),
    );
    for (const [index, step] of tourSteps.entries()) await playStep(step, index + 1, stage);
    io.stdout.write(
      translate(
        `\n${colour.green(translate('That is the whole story.'))} To play it by hand: \`ack-ram-tool sandbox run -- bash\` opens a shell in a new sandbox;\n` +
          `paste the lines there. Before a line that starts with "pod", set what the webhook would set in a pod:\n` +
          `  export ALIBABA_CLOUD_ROLE_ARN=${facts.roleArn}\n` +
          `  export ALIBABA_CLOUD_OIDC_PROVIDER_ARN=${facts.providerArn}\n` +
          `  export ALIBABA_CLOUD_OIDC_TOKEN_FILE=${facts.token}\n` +
          '  unset ALIBABA_CLOUD_ACCESS_KEY_ID ALIBABA_CLOUD_ACCESS_KEY_SECRET\n',
      ),
    );
    return 0;
  } finally {
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  }
}
