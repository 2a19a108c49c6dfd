import { shells } from '../completion/shells.ts';
import type { CommandSpec } from '../spec.ts';

export const completionCommand: CommandSpec = {
  path: ['completion'],
  summary: 'print the script that completes command lines in a shell',
  examples: ['source <(ack-ram-tool completion bash)', 'ack-ram-tool completion zsh --no-descriptions'],
  flags: [{ name: 'no-descriptions', kind: 'boolean', summary: 'candidates only, without what they are' }],
  args: { usage: shells.join('|'), max: 1, choices: shells },
  load: () => import('../completion/completion.ts'),
};
