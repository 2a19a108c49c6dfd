import type { HelpTable } from './help-contents.ts';

export const generalHelp: HelpTable = {
  completion: {
    paragraph:
      'Load it as `source <(ack-ram-tool completion bash)` does, in zsh alike; in fish as `ack-ram-tool completion fish | source`; in PowerShell as `ack-ram-tool completion powershell | Out-String | Invoke-Expression`. The script asks this tool at every TAB. Profiles are read from their files; clusters and roles are listed (cs:DescribeClusters, ram:ListRoles) with keys that are at hand, an OIDC token or the cache, for 1.5 s at most, and kept for a minute. TAB never runs a helper program and never renews a login.',
  },
  'help permissions': {
    paragraph:
      'One line for each call that a command may make: the action of a RAM policy, what it is needed on, whether it changes something, and what decides that it is called. With --emit-policy a command prints the policy for its own command line.',
  },
  version: {
    paragraph: 'The same as --version. With -o json it is a document, for scripts that check which version they run.',
  },
};
