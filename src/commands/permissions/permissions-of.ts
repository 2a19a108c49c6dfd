import { otherPermissions } from './commands.ts';
import { doctorPermissions } from './doctor.ts';
import type { CommandPermissions, PermissionTable } from './permission.ts';
import { rrsaPermissions } from './rrsa.ts';

/** What every command that talks to the cloud may do there, by its path. */
export const permissionTable: PermissionTable = {
  ...rrsaPermissions,
  ...doctorPermissions,
  ...otherPermissions,
};

/** `undefined` for a command that does not talk to the cloud. */
export function permissionsOf(path: readonly string[]): CommandPermissions | undefined {
  const name = path.join(' ');
  return Object.hasOwn(permissionTable, name) ? permissionTable[name] : undefined;
}
