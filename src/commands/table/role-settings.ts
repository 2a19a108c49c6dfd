import type { FlagSpec } from '../spec.ts';

/** Policies that a role gets or loses. */
export const policyFlags = (verb: 'attach' | 'detach', preposition: 'to' | 'from'): readonly FlagSpec[] =>
  (['system', 'custom'] as const).map((type) => ({
    name: `${verb}-${type}-policy`,
    kind: 'strings',
    value: 'NAME',
    summary: `${verb} this ${type} policy ${preposition} the role; may be repeated`,
  }));

/** What a role is to have beside its trust. */
export const roleSettingFlags: readonly FlagSpec[] = [
  ...policyFlags('attach', 'to'),
  {
    name: 'policy-document',
    kind: 'strings',
    value: 'NAME=FILE',
    summary: 'create the custom policy NAME from FILE when it is missing; may be repeated',
  },
  { name: 'description', kind: 'string', value: 'TEXT', summary: 'description of a role that is created' },
  {
    name: 'max-session-duration',
    kind: 'duration',
    value: 'DURATION',
    summary: 'longest session of a role that is created, 1h to 12h',
  },
];
