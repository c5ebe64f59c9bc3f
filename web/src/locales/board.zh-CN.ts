export default {
  title: '联合确认',
  texts: '送各机关确认的文本',
  none: '本办件没有需要各机关联合确认的文本',
  sum: '{agreed} / {total} 已同意',
  hash: '现行文本校验值',
  held: '{who} 自 {day} 起持有，已 {days} 个工作日',
  valid: '有效',
  voided: '已作废（{at}）',
  reason: '理由：{reason}',
  state: { agree: '同意', disagree: '不同意', open: '待出具', pending: '本轮未送', signed: '已出具' },
}
