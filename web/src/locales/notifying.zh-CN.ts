export default {
  mailbox: { title: '通知', unreadHere: '条未读', empty: '没有通知', unread: '未读', read: '标为已读', readOne: '标为已读：{subject}', readAt: '已读 · {at}', open: '打开办件', search: '按编号或名称查找办件的通知', find: '查找', unreadOnly: '只看未读', readAll: '全部标为已读' },
  wish: {
    hint: '站内通知总会收到；关系办件程序权利的通知（必须送达，系统假定 ASM-P-62）总会发邮件。', channels: '其他渠道', mail: '邮件（{to}）', noMail: '没有登记邮箱', sms: '短信（{to}）', noPhone: '没有登记手机号',
    webhook: '本机关办公系统', digest: '不紧急的邮件合为每日汇总（工作日 {at}）', quiet: '短信免打扰', quietHint: '不填时为 {from} 至次日 {to}；到下一个工作日早上再发，紧急事项除外。',
    from: '自', to: '至', restDays: '休息日也不发短信', language: '通知的语言', saved: '已保存',
  },
  proof: {
    empty: '还没有通知', hint: '每条通知经每个渠道一行；送达时间以接收方系统收下为准，站内另记首次阅读时间。', statutory: '必须送达', queued: '产生 {at}', deliveredAt: '送达 {at}', readAt: '首次阅读 {at}',
    content: '内容', reference: '回执号 {reference}',
  },
  state: { queued: '待发', sending: '发送中', delivered: '已送达', failed: '未送达', held: '暂停', unwanted: '不发送' },
  channel: { in_app: '站内', mail: '邮件', sms: '短信', webhook: '办公系统' },
}
