import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/**
 * What runs whole processes, one at a time, and knows what each took: wall and cpu milliseconds (those of its children
 * with it) and peak memory. `folder` takes what they write.
 */
export function startMeter(folder) {
  const helper = fileURLToPath(new URL('wait4.py', import.meta.url));
  const python = spawn('python3', [helper], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
  const stdout = join(folder, 'stdout');
  const stderr = join(folder, 'stderr');
  let missing;
  python.on('error', () => (missing = new Error('the bench needs python3, which measures the processes')));
  python.stdin.on('error', () => {});

  return {
    /** Throws when the program does not end with 0. */
    async run(argv, env) {
      python.stdin.write(`${JSON.stringify({ argv, env, stdout, stderr })}\n`);
      const { value, done } = await lines.next();
      if (done) throw missing ?? new Error(`${argv[0]} could not be started`);
      const { exitCode, ...took } = JSON.parse(value);
      if (exitCode === 0) return took;
      throw new Error(`${argv.join(' ')} ended with ${exitCode}: ${readFileSync(stderr, 'utf8').trim()}`);
    },
    /** What the last one wrote on stdout. */
    stdout: () => readFileSync(stdout, 'utf8'),
    stop: () => python.stdin.end(),
  };
}
