import type { HelpTable } from './help-contents.ts';

export const rbacHelp: HelpTable = {
  'rbac scan-user-permissions': {
    paragraph:
      'Reads the bindings of one cluster, or of all of them at once, and marks those of users and roles that are deleted. Lists the deleted ones only, unless --all-users or --user-id is given. Exits with 1 when a cluster could not be scanned.',
    exitCodes: {
      1: 'failed, or some cluster could not be scanned: the list may lack something',
    },
  },
  'rbac cleanup-user-permissions': {
    paragraph:
      'Shows the bindings and the last activity of the user, asks once, and keeps every binding as a file that `kubectl create -f` takes before anything is deleted. The caller and the account itself are refused. Whoever was active in the last 7 days is cleaned up after only when that was confirmed at the prompt, or with --force.',
    exitCodes: {
      1: 'failed, or some cluster was not cleaned up',
    },
  },
};
