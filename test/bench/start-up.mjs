// What start-up costs, as a ratio against `node -e 0`: whole processes, interleaved, medians of one run.
// NODE_EXTRA_CA_CERTS is left out: alone it costs Node 20 about 30 ms a start.
import { spawnSync } from 'node:child_process';
import { cpus, tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

const rounds = Number(process.env.ROUNDS ?? 25);
const bin = fileURLToPath(new URL('../../bin/ack-ram-tool.js', import.meta.url));
const env = { PATH: process.env.PATH, HOME: tmpdir() };

const rows = [
  { name: 'node -e 0', argv: ['-e', '0'] },
  { name: '--version', argv: [bin, '--version'], budget: 2.2 },
  { name: '--help', argv: [bin, '--help'], budget: 2.2 },
  { name: 'rrsa --help', argv: [bin, 'rrsa', '--help'] },
  { name: 'rrsa associate-role --help', argv: [bin, 'rrsa', 'associate-role', '--help'] },
];

function once({ argv }) {
  const begin = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, argv, { env, encoding: 'utf8' });
  const ms = Number(process.hrtime.bigint() - begin) / 1e6;
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}: ${stderr}`);
  return ms;
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

for (const row of rows) once(row);
const times = rows.map(() => []);
for (let round = 0; round < rounds; round += 1) {
  for (const [index, row] of rows.entries()) times[index].push(once(row));
}

const base = median(times[0]);
console.log(
  `Node ${process.version}, ${process.platform} ${process.arch}, ${cpus().length} cores, medians of ${rounds}\n`,
);
for (const [index, { name, budget }] of rows.entries()) {
  const ms = median(times[index]);
  const ratio = ms / base;
  const verdict = budget === undefined ? '' : ratio <= budget ? `within ${budget}` : `OVER ${budget}`;
  console.log(`${name.padEnd(28)} ${ms.toFixed(1).padStart(7)} ms ${ratio.toFixed(2).padStart(6)} x   ${verdict}`);
  console.log(
    JSON.stringify({ bench: 'start-up', name, ms: Number(ms.toFixed(2)), ratio: Number(ratio.toFixed(3)), budget }),
  );
}
