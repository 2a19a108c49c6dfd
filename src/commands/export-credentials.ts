import { exportCredentials } from '../credentials/export.ts';
import type { Io } from '../io.ts';
import { createContext } from './context.ts';
import type { CommandInput } from './spec.ts';

export async function run(input: CommandInput, io: Io): Promise<number> {
  const { flags, args } = input;
  const { credentials } = await createContext(input, io);
  const request = { format: flags.required('format'), command: args, regionId: flags.string('region-id') };
  return (await exportCredentials(request, { provider: credentials, io })).exitCode;
}
