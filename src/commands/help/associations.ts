import type { HelpTable } from './help-contents.ts';

export const associationsHelp: HelpTable = {
  'rrsa list-associations': {
    paragraph:
      'Reads all roles of the account. With -o yaml it prints the file that `rrsa plan` and `rrsa apply` take, for what exists; mermaid and dot draw who may assume what. A role that cannot be read is reported, hides no other, and makes the exit code 1.',
    exitCodes: {
      1: 'failed, or some role could not be read: the list may lack something',
    },
  },
  'rrsa plan': {
    paragraph:
      'Reads the cluster and every role of the file once and prints the change of each as a diff, the same from run to run. Changes nothing. Exits with 1 when a role cannot be planned.',
    exitCodes: {
      0: 'planned; nothing has to change, or --detailed-exitcode was not given',
      1: 'failed, or some role could not be planned',
      3: 'something has to change (with --detailed-exitcode)',
    },
  },
  'rrsa apply': {
    paragraph:
      'Shows the plan, asks once, does it. Adds and never takes away, unless --prune is given: then only service accounts of this very cluster, never a statement with further conditions, a role or a policy. When a role fails the others are done; run it again for the rest.',
    exitCodes: {
      1: 'failed, or some role could not be changed; the others are done',
    },
  },
};
