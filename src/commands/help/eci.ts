import type { HelpTable } from './help-contents.ts';

export const eciHelp: HelpTable = {
  'eci create-role': {
    paragraph:
      'Creates the role, has it trust the service ecs.aliyuncs.com, and attaches policies to it. A role that exists keeps what it has: only what is missing is added, after a diff and one question.',
  },
  'eci annotate': {
    paragraph:
      'Puts the annotation k8s.aliyun.com/eci-ram-role-name into the metadata of Pods, and of the pod templates of Deployments, StatefulSets, DaemonSets, ReplicaSets, Jobs, CronJobs and Lists of them, and prints the manifests; comments, layout and everything else stay. It takes effect when a pod is created, so pods that run already must be recreated. A pod without the label alibabacloud.com/eci is pointed out on stderr.',
  },
  'eci pass-role-policy': {
    paragraph:
      'A RAM user may give a role to a pod when ram:PassRole is allowed for that role. Prints the policy document, which needs no credentials. With --create it becomes a custom policy, after one question; a policy of that name that says the same is taken, another one is never overwritten.',
  },
};
