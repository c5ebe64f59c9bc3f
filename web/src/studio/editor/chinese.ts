/** bpmn-js in Chinese: one module that replaces its `translate`. English stays where English is chosen. */
import { i18n } from '@/i18n'

const WORDS: Readonly<Record<string, string>> = {
  'Activate create/remove space tool': '插入或移除空白', 'Activate global connect tool': '连线', 'Activate hand tool': '移动画布', 'Activate lasso tool': '框选',
  'Add lane above': '在上方加泳道', 'Add lane below': '在下方加泳道', 'Add text annotation': '加注释', 'Align elements': '对齐', 'Change element': '更换种类',
  'Connect to other element': '连到其他节点', 'Connect using association': '用关联线连接', Delete: '删除', 'Divide into two lanes': '分成两条泳道', 'Divide into three lanes': '分成三条泳道',
  'Distribute elements horizontally': '水平均布', 'Distribute elements vertically': '垂直均布', 'Append end event': '接结束', 'Append gateway': '接选择网关', 'Append task': '接任务',
  'Parallel multi-instance': '逐一办理（同时）', 'Sequential multi-instance': '逐一办理（依次）', 'Toggle non-interrupting': '是否中断', 'Search in diagram': '在图中查找',
  'Open {element}': '打开 {element}', 'Start event': '开始', 'End event': '结束', 'Intermediate throw event': '中间事件', Task: '任务', 'User task': '办理任务', 'Service task': '系统操作',
  'Business rule task': '规则判断', 'Call activity': '调用环节', 'Sub-process': '子流程', 'Sub process': '子流程', 'Sub-process (collapsed)': '子流程（收起）', 'Sub-process (expanded)': '子流程（展开）', 'Event sub-process': '事件子流程',
  'Exclusive gateway': '选择（只走一路）', 'Parallel gateway': '并行（各路都走）', 'Inclusive gateway': '包容选择（可走几路）', 'Event-based gateway': '等待其一',
  'Message start event': '收到消息时开始', 'Message intermediate catch event': '等待消息', 'Message intermediate throw event': '发出消息', 'Timer intermediate catch event': '等到时间',
  'Message boundary event': '收到消息时离开', 'Timer boundary event': '到时离开', 'Timer boundary event (non-interrupting)': '到时另行办理（不中断）', 'Error boundary event': '出错时离开',
  'Message end event': '结束并发出消息', 'Error end event': '出错结束', 'Terminate end event': '全部终止', 'Sequence flow': '连线', 'Default flow': '默认去向', 'Conditional flow': '带条件的连线',
  'Exclusive Gateway': '选择', 'Parallel Gateway': '并行', 'Inclusive Gateway': '包容选择', 'Event Based Gateway': '等待其一', 'User Task': '办理任务', 'Service Task': '系统操作', 'Business Rule Task': '规则判断',
  'Call Activity': '调用环节', 'Sub Process': '子流程', 'Start Event': '开始', 'End Event': '结束', 'Boundary Event': '边界事件', 'Intermediate Catch Event': '等待', 'Intermediate Throw Event': '发出',
  'Sequence Flow': '连线', 'Message Start Event': '收到消息时开始', 'Timer Boundary Event': '到时离开', 'Error Boundary Event': '出错时离开', 'Terminate End Event': '全部终止', 'Error End Event': '出错结束',
  'Message Boundary Event': '收到消息时离开', 'Message Intermediate Catch Event': '等待消息', 'Timer Intermediate Catch Event': '等到时间', 'Message Intermediate Throw Event': '发出消息', 'Event Sub Process': '事件子流程',
  Participant: '参与方', Lane: '泳道', Process: '流程', Collaboration: '协作图', 'Text Annotation': '注释', 'Boundary event': '边界事件', 'Select an element to edit its properties.': '选中一个节点或连线，在这里修改它',
  'Multiple elements are selected. Select a single element to edit its properties.': '选中了几个；请只选一个，在这里修改它', 'Toggle section': '展开或收起', 'Create new list item': '新增一项', 'Delete item': '删除这一项', 'Section contains data': '已填写', 'Section contains edits': '已填写',
  'Create': '新增', 'Open called process': '打开所调用的流程', 'Open minimap': '打开缩略图', 'Close minimap': '收起缩略图', 'No matching entries found': '没有符合的', 'Search': '查找', Close: '关闭', Apply: '应用', 'Toggle list item': '展开或收起', 'no parent for {element} in {parent}': '{element} 不能放在 {parent} 里', 'List contains {numOfItems} item': '共 {numOfItems} 项', 'List contains {numOfItems} items': '共 {numOfItems} 项',
}

type Replacements = Readonly<Record<string, string>>

function translate(template: string, replacements: Replacements = {}): string {
  const words = i18n.global.locale.value === 'en' ? template : (WORDS[template] ?? template)
  return words.replace(/{([^}]+)}/g, (_, key: string) => replacements[key] ?? `{${key}}`)
}

export const ChineseModule = { translate: ['value', translate] }
