/** dmn-js in Chinese. English stays where English is chosen. */
import { i18n } from '@/i18n'

const WORDS: Readonly<Record<string, string>> = {
  'Add cell description': '给单元格加说明', 'Add input column left': '在左边加条件列', 'Add input column right': '在右边加条件列', 'Add input': '加条件列', 'Add output column left': '在左边加结果列', 'Add output column right': '在右边加结果列', 'Add output': '加结果列',
  'Add predefined values': '加可选值', 'Add rule above': '在上方加一行', 'Add rule below': '在下方加一行', 'Add rule': '加一行', 'Add values': '加值', Annotation: '说明', Annotations: '说明', And: '并且', When: '当', Then: '则', 'Change type': '更改类型', 'Clear predefined values': '清除可选值',
  'Copy input column': '复制条件列', 'Copy output column': '复制结果列', 'Copy rule': '复制这一行', 'Cut input column': '剪切条件列', 'Cut output column': '剪切结果列', 'Cut rule': '剪切这一行', 'Paste rule above': '粘贴到上方', 'Paste rule below': '粘贴到下方', 'Decision name': '决策表名称', 'Decision name: ': '决策表名称：',
  Delete: '删除', Edit: '修改', 'Edit input': '修改条件', 'Edit output': '修改结果', 'Enter expression': '填写表达式', Expression: '表达式', 'Expression language': '表达式语言', 'Hit policy': '命中规则', 'Hit policy:': '命中规则：', Input: '条件', 'Input expression': '条件表达式', 'Input expression: ': '条件表达式：',
  'Input label': '条件名称', 'Input label: ': '条件名称：', 'Input type': '条件类型', 'Input values': '可选值', Output: '结果', 'Output label': '结果名称', 'Output label: ': '结果名称：', 'Output name': '结果键', 'Output name: ': '结果键：', 'Output type': '结果类型', 'Output values': '可选值', 'Move rule': '移动这一行', 'No values': '没有值',
  'Predefined values': '可选值', 'Remove cell description': '删除单元格说明', 'Remove input column': '删除条件列', 'Remove output column': '删除结果列', 'Remove rule': '删除这一行', Resize: '调整宽度', Type: '类型', 'View DRD': '看决策关系图', Yes: '是', No: '否', Value: '值', Values: '值', 'Definition ID': '编号', 'Definition name': '名称',
  'Set value': '设值', 'Boolean value': '是或否', 'Date value': '日期', 'Edit string': '修改文本', 'Edit number': '修改数字', 'Edit boolean': '修改是否', 'Edit date': '修改日期', Comparison: '比较', Range: '范围', Exactly: '等于', 'Match one': '是其中之一', 'Match none': '都不是', Equals: '等于', Less: '小于', Greater: '大于', 'Less or equals': '不大于', 'Greater or equals': '不小于',
  'Strings must be in double quotes': '文本须加双引号', 'Change cell expression language': '更改单元格的表达式语言', Unique: '唯一', First: '取第一行', Priority: '按优先', Any: '任意', Collect: '汇集', 'Rule order': '按行的次序', 'Output order': '按结果的次序', string: '文本', boolean: '是否', number: '数字', date: '日期',
}

function translate(template: string, replacements: Readonly<Record<string, string>> = {}): string {
  const words = i18n.global.locale.value === 'en' ? template : (WORDS[template] ?? template)
  return words.replace(/{\s*([^}\s]+)\s*}/g, (_, key: string) => replacements[key] ?? `{${key}}`)
}

export const ChineseTables = { translate: ['value', translate] }
