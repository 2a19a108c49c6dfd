import type { CommandLine, Permission } from './permission.ts';

export interface PolicyStatement {
  Effect: 'Allow';
  Action: string[];
  Resource: string[];
}

/** A policy of RAM, as it takes one. */
export interface LeastPolicy {
  Version: '1';
  Statement: PolicyStatement[];
}

/** One call of a command line, and what it is needed on. */
export interface Need {
  permission: Permission;
  resources: readonly string[];
}

/** What a command line calls. Without what a dry run leaves out. Throws `USAGE` for a name that cannot be one. */
export function needsOf(permissions: readonly Permission[], line: CommandLine): Need[] {
  const isDry = line.flags.boolean('dry-run');
  return permissions
    .filter(({ write }) => !(write && isDry))
    .map((permission) => ({ permission, resources: [...new Set(permission.on(line))] }))
    .filter(({ resources }) => resources.length > 0);
}

/** Allows what is needed and nothing else; what is needed on the same things is one statement. */
export function leastPolicy(needs: readonly Need[]): LeastPolicy {
  const statements = new Map<string, PolicyStatement>();
  for (const { permission, resources } of needs) {
    const key = resources.join('\n');
    const statement = statements.get(key) ?? { Effect: 'Allow', Action: [], Resource: [...resources] };
    statement.Action.push(permission.action);
    statements.set(key, statement);
  }
  return { Version: '1', Statement: [...statements.values()] };
}
