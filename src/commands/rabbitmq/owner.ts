import { usageError } from '../../errors.ts';
import type { Flags } from '../options.ts';

/**
 * Who the user name says the broker belongs to: `--uid`, which takes the place of `--instance-id`, else that.
 * @throws ToolError `USAGE` when neither is given, or one is malformed: a colon would change what the user name means
 */
export function readOwner(flags: Flags): string {
  const instanceId = flags.string('instance-id') || undefined;
  const uid = flags.string('uid') || undefined;
  if (instanceId !== undefined && !/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(instanceId)) {
    throw usageError(`${JSON.stringify(instanceId)} is no instance id`, 'it looks like rabbitmq-cn-abc123');
  }
  if (uid !== undefined && !/^\d{1,32}$/.test(uid)) {
    throw usageError(`${JSON.stringify(uid)} is no account id`, 'it is digits only');
  }
  const owner = uid ?? instanceId;
  if (owner === undefined) throw usageError('--instance-id is required', 'or pass the id of the account as --uid');
  return owner;
}
