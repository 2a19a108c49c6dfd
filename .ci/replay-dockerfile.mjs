#!/usr/bin/env node
// Replays the Dockerfile without a container engine: does the COPY and RUN steps of every stage in a folder of its own,
// then starts the ENTRYPOINT as the USER of the last stage, in a tree that this user may not write to.
// `--node-modules FOLDER` stands in for `npm ci`, so that nothing is fetched. The image's node is that of this machine.
//
// Paths of COPY and WORKDIR are looked up in the folder of their stage. A RUN step must not name an absolute one.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: flags } = parseArgs({ options: { 'node-modules': { type: 'string' } } });
const context = fileURLToPath(new URL('..', import.meta.url));
const isRoot = process.getuid() === 0;

const say = (text) => process.stdout.write(`${text}\n`);

class Failure extends Error {}

function fail(text) {
  throw new Failure(text);
}

/** The instructions of a Dockerfile, continuation lines joined: [['FROM', 'node:22-slim AS build'], …]. */
function parseDockerfile(text) {
  const lines = text.split('\n').filter((line) => !/^\s*#/.test(line));
  const joined = lines
    .join('\n')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n');
  return joined.filter((line) => line.trim() !== '').map((line) => /^(\w+)\s+(.*)$/.exec(line.trim()).slice(1));
}

/** The names at the top of the context that .dockerignore lets through: a `*`, then the exceptions. */
function contextNames() {
  const rules = fs.readFileSync(join(context, '.dockerignore'), 'utf8').split('\n');
  const [first, ...exceptions] = rules.filter((rule) => rule !== '' && !rule.startsWith('#'));
  if (first !== '*') fail('.dockerignore does not begin with *');
  const patterns = exceptions.map((rule) => {
    if (!/^![\w.*-]+$/.test(rule)) fail(`.dockerignore has a rule that cannot be replayed: ${rule}`);
    return globPattern(rule.slice(1));
  });
  return fs.readdirSync(context).filter((name) => patterns.some((pattern) => pattern.test(name)));
}

function globPattern(glob) {
  return new RegExp(`^${glob.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`);
}

/** COPY, as an engine does it: what is in a folder rather than the folder itself. */
function copy(stage, stages, words) {
  const from = /^--from=(.+)$/.exec(words[0])?.[1];
  const [target, ...sources] = (from === undefined ? words : words.slice(1)).reverse();
  const into = target.startsWith('/') ? join(stage.root, target) : join(stage.root, stage.workdir, target);
  const cp = (source, destination) => fs.cpSync(source, destination, { recursive: true, verbatimSymlinks: true });
  for (const source of sources) {
    if (from === undefined) {
      const names = contextNames().filter((name) => source === '.' || globPattern(source).test(name));
      if (names.length === 0) fail(`COPY found nothing that is called ${source}`);
      for (const name of names) cp(join(context, name), join(into, name));
      continue;
    }
    const other = stages.find(({ name }) => name === from) ?? fail(`there is no stage ${from}`);
    const path = join(other.root, source);
    const isFolder = fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? fail(`${from} has no ${source}`);
    cp(path, isFolder || !target.endsWith('/') ? into : join(into, basename(path)));
  }
}

/** RUN in its shell form. */
function run(stage, command) {
  if (/(?:^|[\s=:"'])\/\w/.test(command)) fail(`a step with an absolute path cannot be replayed: RUN ${command}`);
  const cwd = join(stage.root, stage.workdir);
  if (flags['node-modules'] !== undefined && command.startsWith('npm ci')) {
    fs.symlinkSync(flags['node-modules'], join(cwd, 'node_modules'));
    return;
  }
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { cwd, encoding: 'utf8' });
  if (status !== 0) fail(`RUN ${command} ended with ${status}:\n${stdout}${stderr}`);
}

/** Does every step and returns the last stage. */
function build(scratch) {
  const stages = [];
  let stage;
  for (const [instruction, rest] of parseDockerfile(fs.readFileSync(join(context, 'Dockerfile'), 'utf8'))) {
    say(`${instruction} ${rest}`);
    if (instruction === 'FROM') {
      const name = / AS (\S+)$/i.exec(rest)?.[1];
      stage = { name, root: join(scratch, `stage-${stages.length}`), workdir: '/', user: '0', entrypoint: [], cmd: [] };
      fs.mkdirSync(join(stage.root, 'usr/local/bin'), { recursive: true });
      stages.push(stage);
    } else if (instruction === 'WORKDIR') {
      stage.workdir = join(stage.workdir, rest);
      fs.mkdirSync(join(stage.root, stage.workdir), { recursive: true });
    } else if (instruction === 'COPY') copy(stage, stages, rest.split(/\s+/));
    else if (instruction === 'RUN') run(stage, rest);
    else if (instruction === 'USER') stage.user = rest;
    else if (instruction === 'ENTRYPOINT') stage.entrypoint = JSON.parse(rest);
    else if (instruction === 'CMD') stage.cmd = JSON.parse(rest);
    else if (instruction !== 'LABEL') fail(`${instruction} cannot be replayed`);
  }
  return stage;
}

/** The command that starts a container of the image, and its options. */
function container({ root, user, entrypoint, cmd }, args, env = {}) {
  const [uid, gid] = user.split(':');
  if (!(Number(uid) > 0 && Number(gid) > 0)) fail(`USER ${user} is not a number above 0 with a group`);
  const [program, ...first] = entrypoint;
  const identity = isRoot ? ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'] : [];
  return {
    words: [...identity, join(root, program), ...first, ...(args.length > 0 ? args : cmd)],
    options: {
      cwd: root,
      // No folder that could be written to: not the home, not the temporary one.
      env: { PATH: `${join(root, 'usr/local/bin')}:/usr/bin:/bin`, HOME: root, TMPDIR: root, ...env },
    },
  };
}

/** Runs a container to its end and returns its stdout. */
function runContainer(image, args, env) {
  say(`run: ${args.join(' ') || '(CMD)'}`);
  const { words, options } = container(image, args, env);
  const { status, stdout, stderr } = spawnSync(words[0], words.slice(1), { ...options, encoding: 'utf8' });
  if (status !== 0) fail(`${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

/** Starts a container, hands on its first line, ends it by SIGTERM and returns its exit code. */
async function whileRunning(image, args, { env, asPid1 = false }, onLine) {
  say(`run${asPid1 ? ' as process 1' : ''}: ${args.join(' ')}`);
  const { words, options } = container(image, args, env);
  if (asPid1) words.unshift('unshare', '--pid', '--fork', '--kill-child');
  const child = spawn(words[0], words.slice(1), { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  let output = '';
  child.stderr.on('data', (text) => (output += text));
  const line = await new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => {
      output += text;
      if (output.includes('\n')) resolve(output);
    });
    child.on('close', () => reject(new Failure(`${args.join(' ')} ended before it was ready:\n${output}`)));
  });
  try {
    await onLine(line);
  } finally {
    // unshare stays outside: the tool is its child.
    const pid = asPid1 ? fs.readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim() : child.pid;
    process.kill(Number(pid), 'SIGTERM');
  }
  const [code] = await ended;
  return code;
}

/** Takes the right to write from a folder and everything in it, or gives it back. */
function setWritable(root, isWritable) {
  spawnSync('chmod', ['-R', isWritable ? 'u+w' : 'a-w', root]);
}

async function replay(scratch) {
  const image = build(scratch);
  fs.copyFileSync(process.execPath, join(image.root, 'usr/local/bin/node'));
  fs.chmodSync(scratch, 0o711);
  setWritable(image.root, false);

  if (!runContainer(image, []).includes('rrsa')) fail('CMD printed no help');
  if (!/^ack-ram-tool \d/.test(runContainer(image, ['--version']))) fail('--version printed none');
  // It plays a pod and keeps its files: what it needs is what `emptyDir` at /tmp is.
  const temporary = join(scratch, 'tmp');
  fs.mkdirSync(temporary);
  fs.chmodSync(temporary, 0o1777);
  runContainer(image, ['sandbox', 'tour'], { TMPDIR: temporary });

  // `args: [rrsa, demo]`, which runs until the pod is deleted. Process 1 hears only signals that it asked for.
  const canUnshare = isRoot && spawnSync('unshare', ['--pid', '--fork', 'true']).status === 0;
  if (!canUnshare) say('this user may make no process 1: an ordinary process is ended instead');
  const sandboxCode = await whileRunning(image, ['sandbox', 'start'], {}, async (line) => {
    const { env } = JSON.parse(line);
    const code = await whileRunning(image, ['rrsa', 'demo'], { env, asPid1: canUnshare }, () => {});
    if (code !== 143) fail(`rrsa demo ended with ${code} on SIGTERM, not with 143`);
  });
  say(`sandbox start ended with ${sandboxCode} on SIGTERM`);
}

const scratch = fs.mkdtempSync(join(tmpdir(), 'replay-dockerfile-'));
try {
  await replay(scratch);
  say('the Dockerfile builds and its image runs');
} catch (error) {
  process.stderr.write(`error: ${error instanceof Failure ? error.message : error.stack}\n`);
  process.exitCode = 1;
} finally {
  setWritable(scratch, true);
  fs.rmSync(scratch, { recursive: true, force: true });
}
