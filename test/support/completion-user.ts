import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scratchFolder, toolCommand } from './tool.ts';

/** The folder of the scripts that shells read. */
export const scripts = fileURLToPath(new URL('../../completions', import.meta.url));
const programs = scratchFolder();
/** As a word of any shell. */
export const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
writeFileSync(join(programs, 'ack-ram-tool'), `#!/bin/sh\nexec ${toolCommand.map(quote).join(' ')} "$@"\n`);
chmodSync(join(programs, 'ack-ram-tool'), 0o755);

/** Made by whoever runs a name instead of writing it. */
export const marker = join(scratchFolder(), 'was-run');
/** Names of profiles that would do harm if they were run, or read as anything but themselves. */
export const hostile = [
  `a$(touch ${marker})`,
  `b\`touch ${marker}\``,
  "c d'e",
  'f:g:h',
  'i"j\\k',
  `l; touch ${marker} #`,
  'm!!n',
  'o*{1,2}~?[x]',
  'ü中文',
  `q' && touch ${marker} '`,
  `r" && touch ${marker} "`,
  '%s%n',
];

/** With those profiles, and two more that nobody can be shown; one file and one folder to name. */
function homeFolder(): string {
  const home = scratchFolder();
  mkdirSync(join(home, '.aliyun'));
  // Without it fish makes completions of all manual pages in the background.
  mkdirSync(join(home, '.local/share/fish/generated_completions'), { recursive: true });
  const profiles = [...hostile, `v\u001b[2Jw`, 'x\ny'].map((name) => ({ name, mode: 'AK' }));
  writeFileSync(join(home, '.aliyun/config.json'), JSON.stringify({ current: 'a', profiles }));
  mkdirSync(join(home, 'some folder'));
  writeFileSync(join(home, 'some file.yaml'), '');
  return home;
}

export const home = homeFolder();
/** Of a shell that finds the tool. */
export const environment = { HOME: home, PATH: `${programs}:${process.env.PATH}`, LC_ALL: 'C.UTF-8', TERM: 'xterm' };
