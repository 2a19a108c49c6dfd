// `npm run bench`: what a run of the tool takes, whole processes, against `node -e 0` and what PEER names. Best on a quiet
// machine. Needs python3, which alone tells the cpu time and the peak memory of a child.
//   TOOL=path    measures this program in place of the npm build
//   PEER=path    and this one beside it: another build of this tool, or another tool that takes the same arguments
//   ROUNDS=21    pairs of a row, at least 15; GROWTH_ROUNDS=5 for the rows that take seconds
//   --markdown   prints the table of the README and nothing else
// Ends with 1 when a figure is over twice its budget, or PEER cannot be run at all.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { benchGrowth } from './growth.mjs';
import { startMeter } from './meter.mjs';
import { jsonLines, machine, markdownTable, textRow } from './report.mjs';
import { bin } from './sandbox.mjs';
import { benchStartUp } from './start-up.mjs';

const isMarkdown = process.argv.includes('--markdown');
const rounds = countOf('ROUNDS', 21, 15);
const growthRounds = countOf('GROWTH_ROUNDS', 5, 1);
const programs = programsOf(process.env);

const folder = mkdtempSync(join(tmpdir(), 'ack-ram-tool-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const meter = startMeter(folder);

const rows = [];
const onRow = (bench) => (row) => {
  rows.push({ bench, ...row });
  if (isMarkdown) return;
  console.log(textRow(row));
  for (const line of jsonLines(bench, row)) console.log(JSON.stringify(line));
};

const load = loadavg()[0] ?? 0;
if (load > 0.5)
  console.error(`the load of this machine is ${load.toFixed(1)}: ratios are worth little until it is quiet`);
if (!isMarkdown) console.log(`${machine()}, medians of ${rounds}\n`);
try {
  await benchStartUp({ folder, meter, programs, rounds, onRow: onRow('start-up') });
  await benchGrowth({ folder, meter, programs, rounds: growthRounds, onRow: onRow('growth') });
} finally {
  meter.stop();
}
if (isMarkdown) console.log(markdownTable(rows, { rounds }));
const unsteady = rows.filter(({ steady }) => steady === false);
if (unsteady.length > 0) {
  console.error(`something else was at work during ${unsteady.map(({ name }) => name).join(', ')}: measure again`);
}
const measured = rows.flatMap(({ tool, peer }) => [tool, peer ?? {}]);
process.exitCode = measured.some(({ fault }) => fault) ? 1 : 0;

function countOf(name, fallback, least) {
  const count = Number(process.env[name] ?? fallback);
  if (Number.isInteger(count) && count >= least) return count;
  throw new Error(`${name} is a number, ${least} or more`);
}

/** A peer of the same version is a build of this tool, and has budgets. */
function programsOf({ TOOL, PEER }) {
  const tool = programOf(TOOL ?? bin);
  if (!PEER) return { tool };
  const peer = programOf(PEER);
  return { tool, peer: versionOf(peer) === versionOf(tool) ? peer : { command: peer.command } };
}

function programOf(path) {
  const file = resolve(path);
  return /\.[cm]?js$/.test(file)
    ? { command: [process.execPath, file], kind: 'npm' }
    : { command: [file], kind: 'standalone' };
}

function versionOf({ command: [program, ...argv] }) {
  const { error, stdout } = spawnSync(program, [...argv, '--version'], { encoding: 'utf8' });
  if (error !== undefined) throw error;
  return stdout.trim();
}
