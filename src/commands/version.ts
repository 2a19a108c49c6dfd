import type { Io } from '../io.ts';
import { formatJson } from '../output/json.ts';
import { version } from '../version.ts';
import type { CommandInput } from './spec.ts';

export async function run({ flags }: CommandInput, io: Io): Promise<number> {
  io.stdout.write(flags.string('output') === 'json' ? formatJson({ version }) : `ack-ram-tool ${version}\n`);
  return 0;
}
