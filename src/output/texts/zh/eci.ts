import type { Catalogue } from '../../translate.ts';

export const eci: Catalogue = {
  'its metadata': '其元数据',
  'the metadata of its pod template': '其 Pod 模板的元数据',
  'it has no pod template': '它没有 Pod 模板',
  '{} is not a mapping': '{} 不是映射',
  'annotations in {} are not a mapping': '{} 中的 annotations 不是映射',
  'has RAM role {} already': '已有 RAM 角色 {}',
  'gets RAM role {}': '将使用 RAM 角色 {}',
  'gets RAM role {} instead of {}': '将使用 RAM 角色 {1}，而不是 {2}',
  'the value of label alibabacloud.com/eci must stand in quotes: "true"':
    '标签 alibabacloud.com/eci 的值必须加引号："true"',
  'there is no label alibabacloud.com/eci: "true" in {}; without it pods run on ECI only where their namespace has it, or all pods do':
    '{} 中没有标签 alibabacloud.com/eci: "true"；没有该标签时，只有命名空间带有该标签或所有 Pod 都运行在 ECI 上时，Pod 才会运行在 ECI 上',
  'service ecs.aliyuncs.com': '服务 ecs.aliyuncs.com',
  'custom policy {} is there already': '自定义策略 {} 已存在',
  'custom policy {} is there already, and user {} has it': '自定义策略 {} 已存在，且已附加到用户 {}',
  'attach custom policy {} to user {}': '将自定义策略 {} 附加到用户 {}',
  'let whoever has the policy pass role {}': '允许拥有该策略的身份传递角色 {}',
  'let user {} pass role {}': '允许用户 {} 传递角色 {}',
  'create custom policy {}': '创建自定义策略 {}',
  'Attach policy {}?': '是否附加权限策略 {}？',
  'Create policy {} and attach it?': '是否创建并附加权限策略 {}？',
  'Create policy {}?': '是否创建权限策略 {}？',
  'created custom policy {}': '已创建自定义策略 {}',
  'attached custom policy {} to user {}': '已将自定义策略 {} 附加到用户 {}',
  '--attach-to-user {} is not the name of a RAM user (1 to 64 letters, digits, ".", "-" and "_")':
    '--attach-to-user {} 不是 RAM 用户名（1 到 64 个字母、数字、“.”、“-”和“_”）',
  'custom policy {} exists already with another document': '自定义策略 {} 已存在，但文档不同',
  'give the policy another name with --policy-name NAME': '请用 --policy-name NAME 为策略另取名称',
  'there is no RAM user {}': '没有名为 {} 的 RAM 用户',
  'give the logon name of the user without the @ and what follows it': '请给出用户的登录名，不含 @ 及其后的内容',
  'custom policy {} was created by somebody else meanwhile': '自定义策略 {} 在此期间已被他人创建',
  'custom policy {} was attached to user {} meanwhile': '自定义策略 {} 在此期间已被附加到用户 {}',
};
