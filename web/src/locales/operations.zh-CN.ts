export default {
  title: '运行管理',
  tabs: { incidents: '异常', jobs: '作业', procedures: '暂停受理', texts: '通知文本' },
  filter: {
    code: '种类', node: '环节或者渠道', procedure: '办理事项', age: '已存在', resolved: '看已处理的',
    ages: { 0: '不限', 1: '1 小时以上', 24: '1 天以上', 168: '1 周以上' },
  },
  code: {
    JOB: '作业多次失败', DELIVERY: '通知被拒收', HELD_DELIVERY: '恢复备份后待核对', ENGINE: '流程引擎出错', EXPRESSION: '表达式出错',
    CONDITION: '条件没有结果', TIMER: '定时有误', MESSAGE: '消息无法送达', ERROR: '错误没有出口', BUDGET: '经过节点过多', OPERATION: '没有这个操作',
    AUDIT: '留痕链与检查点不符', ANCHOR: '检查点未能存到库外', DECISION: '没有决策表', PARTY: '单位有误', DUE: '期限有误', LOOP: '多实例有误',
  },
  node: { checkpoint: '检查点', mail: '邮件', sms: '短信', webhook: '办公系统', timer: '定时', service: '系统操作', message: '消息', retries: '批量重试' },
  incidents: {
    noCase: '本系统（不属于任何办件）', none: '没有待处理的异常。作业失败 8 次后会出现在这里。', noneResolved: '没有已处理的异常', all: '全选（{n} 项）', retryMany: '重试所选（{n}）',
    choose: '选择 {number} 的异常 {code}', where: '{node} · 发生于 {at}',
  },
  resolution: { retried: '已重试 · {at}', skipped: '已跳过 · {at}' },
  retries: { running: '正在批量重试：{done} / {total}', label: '批量重试的进度', done: '批量重试完成：{total} 项都已重试', partly: '批量重试完成：{total} 项中重试了 {retried} 项，其余已由他人处理' },
  incident: {
    back: '← 全部异常', open: '待处理', cause: '原因', case: '办件', node: '环节', opened: '发生时间', job: '作业', by: '处理人', retry: '重试', skip: '跳过',
    retried: '已安排重试，失败会再次出现在这里', skipped: '已跳过，理由已留痕', skipTitle: '跳过这项作业', skipHint: '理由写入办件留痕；跳过必须送达的通知（ASM-P-62）的，请写明另行送达的方式和时间。',
    tries: '历次尝试', noTries: '没有尝试记录', try: '第 {n} 次：',
  },
  reason: { label: '理由', internal: '理由（机关内部）', public: '对申请单位和公众说明的理由', required: '请填写理由' },
  jobs: { none: '没有等待的作业', what: '内容', due: '应于', state: '状态', failed: '已失败', suspended: '随办件中止', waiting: '等待', attempts: '已试 {n} 次' },
  procedures: {
    hint: '暂停受理后不再接受新的申请，理由向申请单位公开；已在办理的不受影响。', on: '受理中', off: '暂停受理', suspend: '暂停受理', resume: '恢复受理',
    suspended: '已暂停受理', resumed: '已恢复受理',
  },
  texts: {
    hint: '本机关办理的办件用这里的文本；没有改写的用默认文本。每次修改都记入历史，只对以后的通知有效。', agency: '机关', event: '通知事项', own: '（已改写）', statutory: '必须送达：关系程序权利，本人不能关闭邮件（系统假定 ASM-P-62）',
    urgent: '紧急：不受免打扰时段限制', places: '可用的填空：', language: { zh: '中文', en: '英文' }, version: '第 {n} 版', subject: '标题', body: '正文', preview: '预览',
    save: '保存新版本', reset: '恢复默认文本', history: '历史版本', saved: '已保存', default: '（默认文本）',
  },
  case: {
    suspend: '中止办理', resume: '恢复办理', since: '办件自 {at} 起中止：', internal: '（内部理由：{reason}；{by}）', suspended: '已中止办理，申请单位会收到通知', resumed: '已恢复办理',
    suspendHint: '中止期间定时不触发，任务、撤回申请等不能提交；法定期限继续计算（系统假定 ASM-P-60）。', resumeHint: '恢复后，等待的定时和作业立即办理。理由告知申请单位。',
  },
  limits: {
    title: '期限变更', line: '{name}：{due} 到期', change: '变更期限', changeOf: '变更期限：{name}', day: '新的末日', hint: '新的末日 {day}。由另一人批准后生效（系统假定 ASM-P-61）。',
    proposed: '已提出，等待另一人批准', approved: '已批准，期限已变更', refused: '未批准', moved: '{from} → {to}，{by}：{reason}', approve: '批准', refuse: '不批准',
    state: { pending: '等待批准', approved: '{by} 已批准 · {at}', refused: '{by} 未批准 · {at}' },
  },
}
