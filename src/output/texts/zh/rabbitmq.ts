import type { Catalogue } from '../../translate.ts';

export const rabbitmq: Catalogue = {
  'no queue takes what is sent under the name {}': '没有队列接收以名称 {} 发送的消息',
  'declare queue {}': '声明队列 {}',
  'find exchange {}': '查找 Exchange {}',
  'bind queue {} to exchange {}': '将队列 {} 绑定到 Exchange {}',
  'send a message': '发送消息',
  'take a message from queue {}': '从队列 {} 接收消息',
  'acknowledge a message': '确认消息',
  'delete queue {}': '删除队列 {}',
  'this message was taken elsewhere': '此消息已被其他消费者取走',
  'no answer within {} s': '{} 秒内没有应答',
  'the broker at {}:{} refused the user name and the password': '服务端 {}:{} 拒绝了用户名和密码',
  'check --instance-id, what the RAM user or role may do, and the clock of this machine':
    '请检查 --instance-id、RAM 用户或角色的权限，以及本机的时钟',
  'the broker at {}:{} has no virtual host {}, or it is not for this user':
    '服务端 {}:{} 没有虚拟主机 {}，或该用户无权访问',
  'could not connect at {}:{}: {}': '无法连接 {}:{}：{}',
  'could not {} at {}:{}: {}': '无法在 {2}:{3} {1}：{4}',
  'the user name of {} characters may be too long for it': '{} 个字符的用户名对它来说可能过长',
  'the connection was closed': '连接已关闭',
  'the connection could not be renewed, the old one is kept: {}': '无法更新连接，保留旧连接：{}',
  'connected again': '已重新连接',
  'connected again after {} failed attempt(s)': '失败 {} 次后已重新连接',
  'the broker is away: {}': '服务端不可用：{}',
  'queue {} is left behind: {}': '队列 {} 未被删除：{}',
  'queue {} may be left behind': '队列 {} 可能未被删除',
  'queue {} holds {} messages, too many to look for ours behind':
    '队列 {} 中有 {} 条消息，过多而无法在其后查找本工具的消息',
  'queue {} holds {} message(s)': '队列 {} 中有 {} 条消息',
  'queue {} has {} consumer(s)': '队列 {} 有 {} 个消费者',
  'leave --queue out for a queue of its own, or pass --allow-existing: messages of others are put back':
    '请去掉 --queue 以使用自己的队列，或传入 --allow-existing：他人的消息会被放回',
};
