import { readFile, stat } from 'node:fs/promises';
import { expandHome } from '../../credentials/expand-home.ts';
import { messageOf, ToolError, usageError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { roleChangePresenter } from '../../output/results/role-change.ts';
import { associateRole } from '../../rrsa/associate.ts';
import type { PolicyDocumentInput } from '../../rrsa/role-policies.ts';
import { createContext } from '../context.ts';
import { type Flags, wholeSeconds } from '../options.ts';
import type { CommandInput } from '../spec.ts';
import { trustPorts } from './trust-ports.ts';

/** RAM's limit of a custom policy, which is ASCII in practice. */
const longestDocument = 6144;

export async function run(input: CommandInput, io: Io): Promise<number> {
  const { flags } = input;
  const policyDocuments = await Promise.all(flags.strings('policy-document').map((text) => readDocument(text, io)));
  const context = await createContext(input, io);
  const { cloud, confirm, print } = context;
  const result = await associateRole(
    {
      clusterId: flags.required('cluster-id'),
      roleName: flags.required('role-name'),
      namespace: flags.required('namespace'),
      serviceAccount: flags.required('service-account'),
      createRole: flags.boolean('create-role-if-not-exist'),
      systemPolicies: flags.strings('attach-system-policy'),
      customPolicies: flags.strings('attach-custom-policy'),
      policyDocuments,
      description: flags.string('description'),
      maxSessionDurationSeconds: sessionLimit(flags),
      dryRun: flags.boolean('dry-run'),
    },
    { ...trustPorts(context, flags, io), ack: cloud.ack, ram: cloud.ram, confirm },
  );
  print(result, roleChangePresenter);
  return 0;
}

function sessionLimit(flags: Flags): number | undefined {
  const seconds = wholeSeconds(flags, 'max-session-duration');
  if (seconds !== undefined && (seconds < 3600 || seconds > 43_200)) {
    throw usageError('--max-session-duration must be from 1h to 12h');
  }
  return seconds;
}

async function readDocument(text: string, io: Io): Promise<PolicyDocumentInput> {
  const [, name, file] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (name === undefined || file === undefined) {
    throw usageError(`--policy-document ${JSON.stringify(text)} is not of the form NAME=FILE`);
  }
  const path = expandHome(file, io.home);
  let document: string;
  try {
    const { size } = await stat(path);
    if (size > 16 * longestDocument) throw new Error('it is far too long for a policy');
    document = await readFile(path, 'utf8');
  } catch (error) {
    throw new ToolError('FILE_UNREADABLE', `cannot read the policy document ${path}: ${messageOf(error)}`);
  }
  try {
    const compact = JSON.stringify(JSON.parse(document));
    if (compact.length > longestDocument) throw new Error(`it has more than ${longestDocument} characters`);
    return { name, document: compact };
  } catch (error) {
    throw new ToolError('FILE_INVALID', `the policy document ${path} cannot be used: ${messageOf(error)}`);
  }
}
