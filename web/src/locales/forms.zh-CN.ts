export default {
  refused: '有 {count} 处需要更正',
  yes: '是',
  no: '否',
  attachment: '附件',
  row: '第 {row} 行',
  unreadable: '表单无法显示，请联系流程负责人。',
}
