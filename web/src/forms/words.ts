/** The sentences of form-js and of our fields, by their English original. */
const CHINESE: Readonly<Record<string, string>> = {
  form: '表单',
  'Please select': '请选择',
  'Add row': '添加一行',
  '{count} rows': '共 {count} 行',
  'Row {row}': '第 {row} 行',
  'Not filled in': '尚未填写',
  'To be corrected': '需更正',
  Remove: '删除',
  'Really remove?': '确认删除？',
  Attachment: '附件',
  'Add new': '添加',
  'All values selected': '已全部选择',
  Collapse: '收起',
  'Expand all ({value})': '展开全部（{value}）',
  'Date and time must both be entered.': '日期和时间都要填写。',
  Decrement: '减少',
  Increment: '增加',
  'Field is required.': '此项必填。',
  'Field must be a valid email.': '请填写正确的电子邮箱。',
  'Field must be a valid international phone number. (e.g. +4930664040900)': '请填写正确的电话号码。',
  'Field must have maximum length of {value}.': '最多 {value} 个字。',
  'Field must have maximum value of {value}.': '不能大于 {value}。',
  'Field must have minimum length of {value}.': '至少 {value} 个字。',
  'Field must have minimum value of {value}.': '不能小于 {value}。',
  'Field must match pattern {value}.': '格式不对，请核对。',
  'Max validation value is not a valid number.': '上限不是数字，请联系流程负责人。',
  'Min validation value is not a valid number.': '下限不是数字，请联系流程负责人。',
  'No content to show.': '没有内容。',
  'No files selected': '尚未选择文件',
  'No results': '没有结果',
  'Nothing to show.': '没有内容。',
  'Please select a valid value, the two nearest valid values are {previousValue} and {nextValue}.':
    '请填写有效的数值，最接近的是 {previousValue} 和 {nextValue}。',
  'Remove tag': '移除',
  Search: '搜索',
  'Value is expected to be an integer.': '应为整数。',
  'Value is expected to have at most 1 decimal digit.': '最多一位小数。',
  'Value is expected to have at most {value} decimal digits.': '最多 {value} 位小数。',
  'Value is not a number.': '应为数字。',
  '{value} files selected': '已选 {value} 个文件',
}

/** Return the function that form-js asks for its words. */
export function translator(language: string): (text: string, values?: Record<string, unknown>) => string {
  return (text, values = {}) => {
    const words = language === 'en' ? text : (CHINESE[text] ?? text)
    return words.replace(/\{(\w+)\}/g, (_place, name: string) => String(values[name] ?? ''))
  }
}
