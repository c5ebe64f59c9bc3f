export default {
  merge: '合并双方的修改', merging: '逐项合并：对方的修改和我的修改都保留。合并后即保存。', merged: '已合并并保存', ask: '以下各项双方都有修改，请逐项选择：', mine: '我的', theirs: '对方的', gone: '（已删除）', whole: '整个保留草稿的文件', decide: '按所选合并', element: '元素', what: '修改处',
  locks: '锁定', lock: '锁定{what}', unlock: '解除锁定{what}', file: '整个文件', one: '所选的“{id}”', own: '您锁定了{what}，至 {until}', other: '{holder} 锁定了{what}，至 {until}', free: '没有锁定，谁都可以修改',
  comments: '意见', none: '还没有意见', say: '提意见', about: '针对', add: '提交意见', added: '已提交', settle: '已解决', settled: '{by} 于 {at} 标为已解决', open: '未解决 {n} 条', words: '意见内容', show: '查看',
  law: {
    none: '这个办理事项没有条款清单', sum: '共 {all} 条：已落实 {done} 条，不在程序内 {out} 条，未落实 {open} 条', bySteps: '按步骤看', byClauses: '按条款看', onlyOpen: '只看未落实的条款', onlyBare: '只看没有依据的步骤', article: '条款', text: '概括', things: '落实之处', out: '不在程序内：', unrealised: '没有落实之处，也没有写明理由', cites: '引用', step: '步骤', rests: '依据', bare: '没有引用条款', assumption: '系统假定',
    strength: { must: '应当', should: '原则上', may: '可以' }, where: { elsewhere: '（在其他办理事项）', missing: '（不存在）' },
    kind: { step: '步骤', decision: '决策表', rule: '规则', form: '表单', field: '字段', parameter: '参数', invariant: '不变式', procedure: '办理事项', missing: '不存在' },
  },
  amend: { title: '法规修订', open: '法规修订…', hint: '按修订后的规定改写、增删条款的概括。系统找出涉及的环节、规则、表单和文书，为每个涉及的办理事项打开草稿，并在要核对的地方留下意见。现行版本到新版本施行之日为止。', find: '查找条款', add: '新增条款', id: '编号', strength: '强度', prepare: '找出影响并打开草稿', made: '修改 {n} 条，涉及 {touched} 处、在办件 {cases} 件。已打开草稿：', nothing: '没有办理事项受影响，没有打开草稿。' },
  paste: { title: '从电子表格粘贴', hint: '在电子表格里选中若干行复制，粘贴到这里；列的次序与本表相同，最后可以多一列备注。', add: '加到表的末尾', misfits: '第 {rows} 行的列数与本表不同，没有粘贴' },
  list: { count: '共 {n} 项', hint: '每行一项', add: '添加一项', keys: { code: '编号', rule_id: '规则编号', text: '内容', article: '条款', strength: '强度', name: '名称', role: '角色', area: '区域', curable: '可否补正' } },
  paper: '下载流程说明书（PDF）', making: '正在生成…',
}
