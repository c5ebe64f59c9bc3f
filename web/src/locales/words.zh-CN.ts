/** Words of the domain that the server sends as codes. */
export default {
  state: {
    DRAFT: '草拟', SUBMITTED: '已提交', SUPPLEMENT_REQUIRED: '待补正', ACCEPTED: '已受理', UNDER_REVIEW: '评审中',
    PROPOSED: '拟认定', IN_PUBLICITY: '公示中', OBJECTION_HANDLING: '异议处理中', APPROVED: '已同意', REJECTED: '不予同意',
    NOT_ACCEPTED: '不予受理', WITHDRAWN: '已撤回', LAPSED: '逾期失效', TRANSFERRED: '已移送',
  },
  status: { open: '办理中', attention: '异常待处理', finished: '已办结' },
  task: { open: '待办', done: '已办', cancelled: '已取消' },
  role: {
    lead_operator: '牵头单位经办人', lead_legal_rep: '牵头单位法定代表人', member_operator: '成员单位经办人',
    member_signatory: '成员单位签署人', member_legal_rep: '成员单位法定代表人', expert: '专家', chief_expert: '首席专家',
    third_party_operator: '第三方机构', other_dept_reviewer: '会同部门', receiving_body: '接收机关',
    authority_clerk: '受理人员', authority_reviewer: '审查人员', authority_leader: '负责人', process_owner: '流程负责人',
    superior_body: '上级机关', system: '系统',
  },
}
