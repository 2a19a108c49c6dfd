// Writes the files in completions/ anew, each what its command prints: `npm run completions`.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const files = {
  bash: 'ack-ram-tool.bash',
  zsh: '_ack-ram-tool',
  fish: 'ack-ram-tool.fish',
  powershell: 'ack-ram-tool.ps1',
};

mkdirSync(join(root, 'completions'), { recursive: true });
for (const [shell, name] of Object.entries(files)) {
  const { status, stdout } = spawnSync(process.execPath, [join(root, 'bin/ack-ram-tool.js'), 'completion', shell], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) process.exit(1);
  writeFileSync(join(root, 'completions', name), stdout);
}
