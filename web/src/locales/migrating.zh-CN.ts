export default {
  title: '迁移在办办件', hint: '把还在旧版本上的办件迁移到第 {version} 版。已经开始的期限、已有的签署和办理意见都不变；迁移后还没有办理的，可以撤销。',
  none: '没有需要迁移的办件：在办的都在第 {version} 版上。', part: '办件很多，这里只列出最早的一部分；迁移这些之后再看其余的。', back: '流程工作室',
  light: { green: '可以迁移', amber: '指定步骤后可以迁移', red: '在旧版本办完' },
  group: { from: '第 {version} 版', standing: '办到：{steps}', nowhere: '没有等待的步骤', count: '{n} 件', numbers: '办件编号' },
  choice: { label: '“{name}”由哪一步接续', none: '请选择', judge: '按所选步骤重新判断' },
  reason: '迁移的理由（必填）', reasonHint: '写入每个办件的留痕', move: '迁移这 {n} 件', moving: '正在迁移 {done} / {all}', stop: '停止',
  done: { title: '结果', moved: '已迁移', stays: '没有迁移：{why}', undo: '撤销', undone: '已撤销', summary: '{moved} 件已迁移，{stays} 件没有迁移' },
}
