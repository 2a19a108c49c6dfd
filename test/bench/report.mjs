import { cpus } from 'node:os';

export function machine() {
  const date = new Date().toISOString().slice(0, 10);
  const [first] = cpus();
  return `${date}, Node ${process.version}, ${process.platform} ${process.arch}, ${cpus().length} cores (${first?.model.trim()})`;
}

/** One line for the program, and one for its peer. */
export function jsonLines(bench, { name, steady, base, tool, peer, peerError, againstPeer }) {
  const lines = [{ bench, name, ...tool, baseMs: base && Number(base.ms.toFixed(1)), steady }];
  if (peer !== undefined) lines.push({ bench, name, program: 'peer', ...peer, againstPeer });
  if (peerError !== undefined) lines.push({ bench, name, program: 'peer', error: peerError });
  return lines;
}

export function textRow({ name, tool, peer, peerError, againstPeer }) {
  const lines = [[name.padEnd(34), ...cells(tool)].join(' ')];
  if (peer !== undefined) {
    lines.push([`${'  peer'.padEnd(34)}`, ...cells(peer), `  the tool takes ${againstPeer} x of it`].join(' '));
  }
  if (peerError !== undefined) lines.push(`  peer: ${peerError.split('\n', 1)[0]}`);
  return lines.join('\n');
}

function cells(figures) {
  const { ms, cpuMs, peakMiB } = figures;
  return [
    ratioOf(figures).padStart(9),
    `${ms.toFixed(0)} ms`.padStart(8),
    `${cpuMs.toFixed(0)} ms cpu`.padStart(12),
    `${peakMiB.toFixed(0)} MiB`.padStart(8),
    `  ${verdict(figures)}`,
  ];
}

/** To `node -e 0`, to one cluster after another, or to the growth of the roles. */
function ratioOf({ ratio, factor, growth }) {
  if (factor !== undefined) return `${factor} x`;
  if (growth !== undefined) return `by ${growth.toFixed(2)}`;
  return ratio === undefined ? '' : `${ratio.toFixed(2)} x`;
}

function verdict({ budget, peakBudget, peakRatio, factor, over, fault }) {
  const word = fault ? 'FAULT' : over ? 'OVER' : '';
  if (budget === undefined) return word;
  const memory = peakBudget === undefined ? '' : `, memory ${peakRatio.toFixed(2)} of ${peakBudget}`;
  return `${word || 'within'} ${factor === undefined ? budget : `${budget} or more`}${memory}`;
}

/** The table of the README. */
export function markdownTable(rows, { rounds }) {
  const hasPeer = rows.some(({ peer }) => peer !== undefined);
  const startUp = rows.filter(({ bench }) => bench === 'start-up');
  const growth = rows.filter(({ bench }) => bench === 'growth');
  const peerHead = hasPeer ? ' peer | peer ms | peer MiB | tool : peer |' : '';
  const lines = [
    `Measured on ${machine()}; medians of ${rounds} runs, each beside \`node -e 0\`, whole processes.`,
    '',
    `| | × \`node -e 0\` | ms | cpu ms | MiB |${peerHead}`,
    `|---|---|---|---|---|${hasPeer ? '---|---|---|---|' : ''}`,
    ...startUp.map(({ name, tool, peer, againstPeer }) => {
      const own = `| ${name} | ${tool.ratio.toFixed(2)} | ${tool.ms.toFixed(0)} | ${tool.cpuMs.toFixed(0)} | ${tool.peakMiB.toFixed(0)} |`;
      if (!hasPeer) return own;
      if (peer === undefined) return `${own} | | | |`;
      return `${own} ${peer.ratio.toFixed(2)} | ${peer.ms.toFixed(0)} | ${peer.peakMiB.toFixed(0)} | ${againstPeer.toFixed(2)} |`;
    }),
    '',
    '| when every answer takes 30 ms | ms | cpu ms | MiB | |',
    '|---|---|---|---|---|',
    ...growth.map(({ name, tool }) => {
      const { ms, cpuMs, peakMiB, factor } = tool;
      const note = factor === undefined ? '' : `${factor} × as fast as one after another`;
      return `| ${name} | ${ms.toFixed(0)} | ${cpuMs.toFixed(0)} | ${peakMiB.toFixed(0)} | ${note} |`;
    }),
  ];
  return lines.join('\n');
}
