import { readBoundedFile } from '../credentials/bounded-file.ts';
import { expandHome } from '../credentials/expand-home.ts';
import { ToolError, usageError } from '../errors.ts';
import type { Io } from '../io.ts';
import { formatPolicy, parsePolicy } from '../policy/document.ts';
import type { PolicyDocumentInput } from '../rrsa/role-policies.ts';
import type { RoleSettings } from '../rrsa/trust-role.ts';
import { type Flags, wholeSeconds } from './options.ts';

/** RAM's limit of a custom policy, which is ASCII in practice. */
const longestDocument = 6144;

/** What the flags say of a role: policies, the files of `--policy-document` read, description, session duration. */
export async function readRoleSettings(flags: Flags, io: Io): Promise<RoleSettings> {
  return {
    systemPolicies: flags.strings('attach-system-policy'),
    customPolicies: flags.strings('attach-custom-policy'),
    policyDocuments: await Promise.all(flags.strings('policy-document').map((text) => readDocument(text, io))),
    description: flags.string('description'),
    maxSessionDurationSeconds: sessionLimit(flags),
  };
}

function sessionLimit(flags: Flags): number | undefined {
  const seconds = wholeSeconds(flags, 'max-session-duration');
  if (seconds !== undefined && (seconds < 3600 || seconds > 43_200)) {
    throw usageError('--max-session-duration must be from 1h to 12h');
  }
  return seconds;
}

async function readDocument(flag: string, io: Io): Promise<PolicyDocumentInput> {
  const [, name, file] = /^([^=]+)=(.+)$/s.exec(flag) ?? [];
  if (name === undefined || file === undefined) {
    throw usageError(`--policy-document ${JSON.stringify(flag)} is not of the form NAME=FILE`);
  }
  const path = expandHome(file, io.home);
  // White space is not sent.
  const limitBytes = 16 * longestDocument;
  const { bytes } = await readBoundedFile(path, 'the policy document', limitBytes);
  if (bytes.length > limitBytes) {
    throw new ToolError('FILE_INVALID', `the policy document ${path} is far too long for a policy`);
  }
  const text = bytes.toString('utf8');
  const document = formatPolicy(parsePolicy(text, path, 'FILE_INVALID'), 'compact');
  if (document.length > longestDocument) {
    throw new ToolError('FILE_INVALID', `the policy document ${path} has more than ${longestDocument} characters`);
  }
  return { name, document };
}
